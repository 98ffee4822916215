"""Requests without a record, as Lambda's REPORT lines tell them."""

from typing import Any

import pytest

from sluice.adapters.failed_invocations import failed_invocation_on

STREAM = "2026/01/01/[12]0123456789abcdef0123456789abcdef"
REPORT = "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95"
MEASURED = "Duration: 223.83 ms\tBilled Duration: 224 ms\tMemory Size: 128 MB\tMax Memory Used: 39 MB"


def event(message: str, stream: str = STREAM) -> dict[str, Any]:
    return {"message": message, "logStreamName": stream}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (f"{REPORT}\tStatus: error\tError Type: Runtime.ExitError", "Runtime.ExitError"),
        (f"{REPORT}\t{MEASURED}\tStatus: error\tError Type: Runtime.OutOfMemory\n", "Runtime.OutOfMemory"),
        (f"{REPORT}\t{MEASURED}\tStatus: timeout\n", "timeout"),
    ],
)
def test_a_request_that_ended_in_an_error_is_an_error_of_its_function_version(line: str, error: str) -> None:
    found = failed_invocation_on(event(line), "churn")

    assert found
    assert (found["model"], found["function_version"], found["ServerErrors"]) == ("churn", "12", 1)
    assert found["error"] == {"class": error}


@pytest.mark.parametrize(
    "line",
    [
        f"{REPORT}\t{MEASURED}\n",
        "START RequestId: 8f507cfc Version: 12",
        "INIT_REPORT Init Duration: 1.2 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError",
        f"the line {REPORT}\tStatus: error",
        '{"record": "inference", "note": "Status: error"}',
    ],
)
def test_every_other_line_is_none(line: str) -> None:
    assert failed_invocation_on(event(line), "churn") is None


def test_what_nobody_released_has_no_function_version() -> None:
    assert failed_invocation_on(event(f"{REPORT}\tStatus: timeout", "2026/01/01/[$LATEST]0123"), "churn") is None
