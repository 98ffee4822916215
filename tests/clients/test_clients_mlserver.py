"""MLServer's codecs and types over HTTP, as its documentation shows them, and `mlserver infer`, all unmodified."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
from mlserver.codecs import Base64Codec, NumpyCodec, NumpyRequestCodec, PandasCodec, StringCodec
from mlserver.types import (
    InferenceErrorResponse,
    InferenceRequest,
    InferenceResponse,
    MetadataModelResponse,
    MetadataServerResponse,
    RequestOutput,
)

ROWS = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.25]], np.float32)
SCORES = [[2.5, 3.25], [-0.25, 1.5625]]


def infer(address: str, request: InferenceRequest, model_version: int = 1) -> InferenceResponse:
    answer = httpx.post(f"http://{address}/v2/models/risk/versions/{model_version}/infer", json=request.model_dump())
    assert answer.status_code == 200, answer.text
    return InferenceResponse.model_validate_json(answer.text)


def test_metadata_are_of_its_types(address: str) -> None:
    server = MetadataServerResponse.model_validate_json(httpx.get(f"http://{address}/v2").text)
    model = MetadataModelResponse.model_validate_json(httpx.get(f"http://{address}/v2/models/risk").text)

    assert server.name == "sluice/risk"
    assert model.inputs is not None
    assert (model.inputs[0].name, model.inputs[0].shape) == ("x", [-1, 3])


def test_numpy_inputs_and_outputs(address: str) -> None:
    request = InferenceRequest(id="theirs", inputs=[NumpyCodec.encode_input("x", ROWS)])

    found = infer(address, request)

    assert found.id == "theirs"
    assert NumpyCodec.decode_output(found.outputs[0]).tolist() == SCORES


def test_numpy_requests_and_responses(address: str) -> None:
    request = NumpyRequestCodec.encode_request(ROWS)
    request.inputs[0].name = "x"

    assert NumpyRequestCodec.decode_response(infer(address, request)).tolist() == SCORES


def test_data_frames_by_column(address: str) -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": [1.0, 2.0]})

    found = infer(address, PandasCodec.encode_request(frame, use_bytes=False), 5)

    assert PandasCodec.decode_response(found)["total"].tolist() == [2.5, 4.5]


def test_strings(address: str) -> None:
    request = InferenceRequest(inputs=[StringCodec.encode_input("x", ["plain", "größer"], use_bytes=False)])

    assert StringCodec.decode_output(infer(address, request, 3).outputs[0]) == ["plain", "größer"]


def test_base64_inputs(address: str) -> None:
    request = InferenceRequest(inputs=[Base64Codec.encode_input("x", [b"plain", b"text"], use_bytes=False)])

    assert StringCodec.decode_output(infer(address, request, 3).outputs[0]) == ["plain", "text"]


def test_requested_outputs(address: str) -> None:
    request = InferenceRequest(
        inputs=[NumpyCodec.encode_input("x", ROWS)], outputs=[RequestOutput(name="probabilities")]
    )

    assert [each.name for each in infer(address, request, 2).outputs] == ["probabilities"]


def test_errors_are_of_its_type(address: str) -> None:
    answer = httpx.post(f"http://{address}/v2/models/risk/infer", json={"inputs": []})

    assert answer.status_code == 400
    assert "missing inputs: 'x'" in str(InferenceErrorResponse.model_validate_json(answer.text).error)


def test_its_batch_command(address: str, tmp_path: Path) -> None:
    row: dict[str, Any] = {"name": "x", "datatype": "FP32", "shape": [1, 3]}
    lines = [json.dumps({"inputs": [row | {"data": each}]}) for each in ROWS.tolist()]
    given, found = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    given.write_text("\n".join(lines) + "\n")

    command = ["infer", "--url", address, "--model-name", "risk", "--transport", "rest", "--workers", "1"]
    files = ["--input-data-path", str(given), "--output-data-path", str(found)]
    subprocess.run([str(Path(sys.executable).with_name("mlserver")), *command, *files], check=True, capture_output=True)

    answers = [json.loads(line) for line in found.read_text().splitlines()]
    assert sorted(each["outputs"][0]["data"] for each in answers) == sorted(SCORES)
