"""Records of binary requests: the unit's id is masked in the JSON only, and what is recorded can be sent again."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from sluice.inference.own_call import OwnCall, Purpose, infer_event
from tests.functions.builders import CONTEXT, an_event
from tests.functions.experiment_function import ExperimentFunction

ROWS = np.array([[1, 2, 3]], np.float32).tobytes()
COPY = OwnCall(Purpose.SHADOW, "prediction")


@pytest.fixture
def function(tmp_path: Path) -> ExperimentFunction:
    return ExperimentFunction(tmp_path)


def send(function: ExperimentFunction, raw: bytes, parameters: dict[str, Any], json_bytes: str | None = None) -> int:
    size = {"binary_data_size": len(raw)}
    tensor = {"name": "x", "datatype": "FP32", "shape": [len(raw) // 12, 3], "parameters": size}
    head = orjson.dumps({"inputs": [tensor], "parameters": parameters})
    headers = {"inference-header-content-length": json_bytes or str(len(head))}
    status: int = function.handler(an_event(body=head + raw, headers=headers, encoded=True), CONTEXT)["statusCode"]
    return status


def body_of(record: dict[str, Any]) -> bytes:
    text = record.get("request_body")
    return b64decode(record["request_body_base64"]) if text is None else str(text).encode()


def test_a_binary_request_is_recorded_with_its_header(function: ExperimentFunction) -> None:
    send(function, ROWS, {})

    (record,) = function.records
    assert body_of(record).endswith(ROWS)
    assert int(record["json_bytes"]) == len(body_of(record)) - len(ROWS)


def test_a_masked_request_says_how_long_its_json_is_now_and_can_be_sent_again(function: ExperimentFunction) -> None:
    send(function, ROWS, {"sluice_unit": "alice", "binary_data_output": True})

    (record,) = function.records
    body, length = body_of(record), int(record["json_bytes"])
    assert orjson.loads(body[:length])["parameters"]["sluice_unit"] != "alice"
    assert body[length:] == ROWS
    function.handler(infer_event("risk", body, COPY, json_bytes=record["json_bytes"]), CONTEXT)
    assert function.records[1]["status"] == 200
    assert function.records[1]["outputs"] == record["outputs"]


def test_what_looks_like_a_unit_among_the_tensors_stays_as_it_is(function: ExperimentFunction) -> None:
    raw = b'"sluice_unit":"alice"'.ljust(24)

    send(function, raw, {})

    assert body_of(function.records[0]).endswith(raw)


def test_of_a_request_that_was_refused_everything_is_masked_as_its_header_may_be_wrong(
    function: ExperimentFunction,
) -> None:
    for header in ("5", "many", "100000"):
        assert send(function, ROWS, {"sluice_unit": "alice"}, header) == 400

    assert not any(b"alice" in body_of(record) for record in function.records)


def test_raw_outputs_are_recorded_as_base64(function: ExperimentFunction) -> None:
    send(function, ROWS, {"binary_data_output": True})

    (tensor,) = function.records[0]["outputs"]
    assert "data" not in tensor
    assert np.frombuffer(b64decode(tensor["data_base64"]), np.float32).tolist() == [2.5, 3.25]
