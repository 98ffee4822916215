"""Gates that are Lambda functions of others."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.lambda_failures import BUSY, code_of
from sluice.errors import CandidateFailed, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaHooks:
    """`rollouts.ports.Hooks` over a boto3 Lambda client. It may also raise StoreUnavailable."""

    def __init__(self, client: "LambdaClient") -> None:
        self._client = client

    def ask(self, function_name: str, event: Mapping[str, Any]) -> bool:
        """See the port."""
        try:
            answer = self._client.invoke(FunctionName=function_name, Payload=json.dumps(event).encode())
        except ClientError as error:
            if code_of(error) in BUSY:
                raise StoreUnavailable(f"hook {function_name}", str(error)) from error
            raise CandidateFailed(function_name, str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"hook {function_name}", str(error)) from error
        text = answer["Payload"].read().decode(errors="replace")
        if "FunctionError" in answer:
            raise CandidateFailed(function_name, text)
        return _go(function_name, text)


def _go(function_name: str, text: str) -> bool:
    try:
        go = json.loads(text)["go"]
    except (ValueError, TypeError, KeyError) as error:
        raise CandidateFailed(function_name, f"it answered {text[:200]!r}, must be {{go: true or false}}") from error
    if not isinstance(go, bool):
        raise CandidateFailed(function_name, f"it answered go == {go!r}, must be true or false")
    return go
