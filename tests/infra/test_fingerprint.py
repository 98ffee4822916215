"""The fingerprint of a function, over the properties that its template has: whatever they are."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from infra.constructs.fingerprint import fingerprint_of

SETTINGS: dict[str, Any] = {
    "runtime": lambda_.Runtime.PYTHON_3_13,
    "handler": "functions.wine.handler.handler",
    "code": lambda_.Code.from_inline("# first"),
    "environment": {"SLUICE_MODEL": "wine"},
}
# Some of these nobody sets today. Who sets one tomorrow must not have to think of the fingerprint.
OF_A_VERSION: dict[str, dict[str, Any]] = {
    "code": {"code": lambda_.Code.from_inline("# second")},
    "handler": {"handler": "functions.wine.handler.other"},
    "variable": {"environment": {"SLUICE_MODEL": "port"}},
    "one more variable": {"environment": {"SLUICE_MODEL": "wine", "SLUICE_METRICS_NAMESPACE": "Sluice"}},
    "memory": {"memory_size": 256},
    "timeout": {"timeout": cdk.Duration.seconds(7)},
    "architecture": {"architecture": lambda_.Architecture.ARM_64},
    "snapshots": {"snap_start": lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS},
    "tracing": {"tracing": lambda_.Tracing.ACTIVE},
    "ephemeral storage": {"ephemeral_storage_size": cdk.Size.mebibytes(1_024)},
    "log format": {"logging_format": lambda_.LoggingFormat.JSON},
    "description": {"description": "Serves the model wine"},
    "runtime": {"runtime": lambda_.Runtime.PYTHON_3_12},
}


def fingerprint(*, layers: tuple[str, ...] = ("one", "two"), **changes: Any) -> str:
    function = lambda_.Function(cdk.Stack(cdk.App(), "stack"), "Function", **{**SETTINGS, **changes})
    return fingerprint_of(function, layers=layers)


def test_the_same_function_has_the_same_one() -> None:
    assert fingerprint() == fingerprint()


@pytest.mark.parametrize("change", OF_A_VERSION)
def test_every_property_of_a_function_version_counts(change: str) -> None:
    assert fingerprint(**OF_A_VERSION[change]) != fingerprint()


@pytest.mark.parametrize("layers", [("one",), ("one", "other"), ("two", "one")])
def test_what_layers_hold_and_their_order_count(layers: tuple[str, ...]) -> None:
    assert fingerprint(layers=layers) != fingerprint()


def test_the_order_in_which_variables_are_written_does_not_count() -> None:
    forwards, backwards = {"A": "1", "B": "2"}, {"B": "2", "A": "1"}

    assert fingerprint(environment=forwards) == fingerprint(environment=backwards)


def test_a_reservation_belongs_to_the_function_and_to_no_version() -> None:
    assert fingerprint(reserved_concurrent_executions=5) == fingerprint()
