"""Calls to a function version by its number, past the alias."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.lambda_failures import BUSY, code_of
from sluice.catalog.release import function_name_of
from sluice.errors import CandidateFailed, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import InvocationResponseTypeDef

_WHY_LIMIT_CHARACTERS = 500


class LambdaCandidateCalls:
    """`rollouts.ports.CandidateCalls` over a boto3 Lambda client; both methods may raise StoreUnavailable."""

    def __init__(self, client: "LambdaClient", *, function_prefix: str = "") -> None:
        self._client = client
        self._function_prefix = function_prefix

    def invoke(self, model: str, function_version: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """See the port."""
        answer = self._call(model, function_version, event, is_awaited=True)
        payload = answer["Payload"].read()
        document = _document(payload)
        if "FunctionError" in answer:
            raise CandidateFailed(function_version, _reason(document, payload))
        if not isinstance(document, dict):
            raise CandidateFailed(function_version, f"it answered no JSON object: {_shown(payload)}")
        return document

    def send(self, model: str, function_version: str, event: Mapping[str, Any]) -> None:
        """See the port; AWS Lambda tries an event again that the function fails on."""
        self._call(model, function_version, event, is_awaited=False)

    def _call(
        self, model: str, function_version: str, event: Mapping[str, Any], *, is_awaited: bool
    ) -> "InvocationResponseTypeDef":
        name = function_name_of(model, self._function_prefix)
        try:
            return self._client.invoke(
                FunctionName=f"{name}:{function_version}",  # what a policy names; an unqualified name is another one
                InvocationType="RequestResponse" if is_awaited else "Event",
                Payload=json.dumps(event).encode(),
            )
        except ClientError as error:
            if code_of(error) in BUSY:
                raise StoreUnavailable(f"function {name}", str(error)) from error
            raise CandidateFailed(function_version, str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"function {name}", str(error)) from error


def _document(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None


def _reason(document: Any, payload: bytes) -> str:
    if not isinstance(document, dict) or "errorMessage" not in document:
        return _shown(payload)
    return f"{document.get('errorType', 'error')}: {document['errorMessage']}"[:_WHY_LIMIT_CHARACTERS]


def _shown(payload: bytes) -> str:
    return payload.decode(errors="replace")[:_WHY_LIMIT_CHARACTERS]
