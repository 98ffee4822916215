"""What CloudFormation waits for after it called a custom resource: a document at the address that it gave."""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

_TIMEOUT_SECONDS = 10
_TRIES = 3
_REASON_BYTES = 1_500  # of the 4,096 that the whole answer may have
# The address is AWS's own and presigned: no proxy that a person's environment names has a part in it.
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class CustomResourceAnswer:
    """`failure` is None for success. `physical_id` must stay the same, or CloudFormation deletes the old resource."""

    physical_id: str
    data: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None


def send_answer(event: Mapping[str, Any], answer: CustomResourceAnswer) -> None:
    """PUT the answer to the event's address; a few tries. Raises OSError or HTTPException if nobody takes it."""
    body = json.dumps(_document(event, answer)).encode()
    # The address is presigned for an empty media type; any other is refused.
    request = urllib.request.Request(  # noqa: S310 - the address is CloudFormation's own
        event["ResponseURL"], data=body, method="PUT", headers={"content-type": "", "content-length": str(len(body))}
    )
    for attempt in range(1, _TRIES + 1):
        try:
            with _DIRECTLY.open(request, timeout=_TIMEOUT_SECONDS):
                return
        except (OSError, HTTPException):
            if attempt == _TRIES:
                raise


def _document(event: Mapping[str, Any], answer: CustomResourceAnswer) -> dict[str, Any]:
    document = {
        "Status": "FAILED" if answer.failure is not None else "SUCCESS",
        "PhysicalResourceId": answer.physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": dict(answer.data),
    }
    if answer.failure is not None:
        document["Reason"] = _fitting(answer.failure)
    return document


def _fitting(reason: str) -> str:
    """The beginning that fits, measured as it is sent: one character may take twelve bytes of JSON."""
    while len(json.dumps(reason)) > _REASON_BYTES:
        reason = reason[: len(reason) * 9 // 10]
    return reason
