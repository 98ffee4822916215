"""Calls to DynamoDB by boto3, which finds profiles, single sign-on and proxies: the command line's way."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from sluice.adapters.aws_wire.failures import NoAnswer, Refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class BotoCalls:
    """`dynamodb_calls.DynamoCalls` over a client."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """See the port."""
        method = getattr(self._client, _method_of(operation))
        try:
            answer: Mapping[str, Any] = method(**request)
        except ClientError as error:
            raise _refusal(error) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise NoAnswer(str(error)) from error
        return answer


def _method_of(operation: str) -> str:
    """`GetItem` is `get_item`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in operation)[1:]


def _refusal(error: ClientError) -> Refusal:
    told = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return Refusal(told["Code"], told.get("Message", ""), status=status, members=error.response)
