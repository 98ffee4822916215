"""Calls of ours to a function version: answered like a client's, and told apart from them for ever after."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from functions.inference.infer_endpoint import InferEndpoint
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.inference.own_call import OwnCall, Purpose, infer_event, own_call_of
from tests.functions.builders import a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function

COPY = OwnCall(Purpose.SHADOW, "0123")
BODY = orjson.dumps(a_body())


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


def test_a_call_of_ours_is_answered_as_a_clients_is(function: InferenceFunction) -> None:
    assert function.call(infer_event("risk", BODY, COPY)) == function.call(an_event(body=a_body()))


def test_a_call_of_ours_may_name_a_version(function: InferenceFunction) -> None:
    status, answer = function.call(infer_event("risk", BODY, COPY, model_version="1"))

    assert (status, answer["model_version"]) == (200, "1")


@pytest.mark.parametrize(
    ("own", "members"),
    [
        (COPY, {"purpose": "shadow", "copy_of": "0123"}),
        (OwnCall(Purpose.WARM_UP), {"purpose": "warm-up"}),
    ],
)
def test_its_record_says_so_and_is_no_metric(function: InferenceFunction, own: OwnCall, members: Any) -> None:
    function.call(infer_event("risk", BODY, own))

    (record,) = function.records
    assert {name: record[name] for name in ("purpose", "copy_of") if name in record} == members
    assert "_aws" not in record
    assert record["request_body"] == BODY.decode()


def test_no_client_can_mark_its_requests_as_ours(function: InferenceFunction) -> None:
    mark = {"sluice": {"purpose": "shadow"}}
    headers = {"sluice": "shadow", "sluice-purpose": "shadow", "purpose": "shadow"}

    function.call(an_event(body=a_body() | mark | {"parameters": {"sluice_purpose": "shadow"}}, headers=headers))
    function.framework(an_event(path="/v2/models/risk/infer?sluice=shadow", body=a_body() | mark), None)

    assert all("_aws" in record and "purpose" not in record for record in function.records)


@pytest.mark.parametrize("mark", [None, "shadow", [], {}, {"purpose": "fun"}, {"purpose": None}, {"purpose": []}])
def test_an_event_with_another_mark_is_a_clients(mark: Any) -> None:
    assert own_call_of({"sluice": mark}) is None


def test_a_copy_gives_no_unit_an_arm(function: InferenceFunction) -> None:
    asked = []

    def assign(parameters: Mapping[str, Any], claims: Mapping[str, Any]) -> AssignedUnit | None:
        asked.append(parameters)
        return None

    endpoint: InferEndpoint = function.infer
    endpoint._assign = assign
    of_unit = orjson.dumps(a_body() | {"parameters": {"sluice_unit": "key"}})

    function.call(infer_event("risk", of_unit, COPY))
    assert asked == []

    function.call(an_event(body=of_unit))
    assert asked == [{"sluice_unit": "key"}]


@pytest.mark.parametrize("model_version", [None, "1"])
@pytest.mark.parametrize(
    ("protocol", "body", "media_type"),
    [
        ("v1", b'{"instances":[[1,2,3]]}', "application/json"),
        ("invocations", b'{"dataframe_records":[{"a":1,"b":2,"c":3}]}', "application/json"),
        ("invocations", b"1,2,3\n", "text/csv"),
        ("v2", BODY, "application/json"),
    ],
)
def test_a_copy_is_asked_for_in_the_protocol_in_which_the_request_came(
    function: InferenceFunction, protocol: str, body: bytes, media_type: str, model_version: str | None
) -> None:
    function.call(
        infer_event("risk", body, COPY, media_type=media_type, protocol=protocol, model_version=model_version)
    )

    record = function.records[0]
    assert (record["status"], record["protocol"], record["media_type"]) == (200, protocol, media_type)
    assert record["outputs"][0]["data"] == [2.5, 3.25]
    assert record.get("requested_model_version") == model_version
