"""A tensor of 20 MiB through the local plane, in JSON and in binary, where Lambda's 6 MB would let nothing through."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import numpy as np
import pytest

from sluice.adapters.s3_content_store import s3_client
from sluice.client import InferenceClient
from tests.acceptance.conftest import ROOT, RunningPlane
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.xdist_group("acceptance")
MODEL = "/v2/models/breast-cancer"
# A tenth of the requests without a version is answered by another one.
INFER = f"{MODEL}/versions/1/infer"
JSON, BINARY = "application/json", "application/octet-stream"
FEATURES = 30
ROWS = math.ceil(20 * 1024 * 1024 / (FEATURES * 4))


@pytest.fixture
def client(plane: RunningPlane) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=plane.gateway_url, timeout=60, verify=NO_TLS) as client:
        yield client


@pytest.fixture(scope="module")
def features() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Numbers of few digits, so that the JSON is no larger than the tensor; 64 different rows."""
    rows = np.random.default_rng(7).integers(0, 9, (64, FEATURES)).astype(np.float32) / 2
    return np.resize(rows, (ROWS, FEATURES))


def patient() -> np.ndarray[Any, Any]:
    """One whose probabilities have many digits."""
    request = json.loads((ROOT / "examples/breast-cancer/request.json").read_text())
    return np.asarray(request["inputs"][0]["data"], np.float32).reshape(-1, FEATURES)[:1]


def upload(client: httpx.Client, body: bytes, media_type: str) -> str:
    offered = client.post(f"{MODEL}/uploads", json={"bytes": len(body), "media_type": media_type})
    assert offered.status_code == 201
    place = offered.json()
    assert httpx.put(place["url"], content=body, headers=place["headers"], timeout=60, verify=NO_TLS).status_code == 200
    return str(place["upload"])


def refer(client: httpx.Client, upload_id: str, **parameters: Any) -> httpx.Response:
    return client.post(INFER, json={"parameters": {"sluice_upload": upload_id, **parameters}})


def json_body(features: np.ndarray[Any, Any], **members: Any) -> bytes:
    tensor = {"name": "features", "datatype": "FP32", "shape": list(features.shape), "data": features.ravel().tolist()}
    return json.dumps({"inputs": [tensor], **members}, separators=(",", ":")).encode()


def binary_body(features: np.ndarray[Any, Any]) -> tuple[bytes, int]:
    data = features.tobytes()
    parameters = {"binary_data_size": len(data)}
    tensor = {"name": "features", "datatype": "FP32", "shape": list(features.shape), "parameters": parameters}
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    return head + data, len(head)


def outputs_of(document: Mapping[str, Any], raw: bytes = b"") -> dict[str, Any]:
    """Elements by output, from JSON or from what follows it."""
    found, at = {}, 0
    for output in document["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        if size is None:
            found[output["name"]] = np.asarray(output["data"])
        else:
            dtype = {"FP32": np.float32, "INT64": np.int64}[output["datatype"]]
            found[output["name"]] = np.frombuffer(raw[at : at + size], dtype)
            at += size
    return found


def expected_outputs(client: httpx.Client, features: np.ndarray[Any, Any]) -> dict[str, Any]:
    """What the model says to each of the 64 different rows, repeated as the rows are."""
    answer = client.post(INFER, content=json_body(features[:64])).json()
    rows = {name: each.reshape(64, -1) for name, each in outputs_of(answer).items()}
    return {name: np.resize(each, (len(features), each.shape[1])).ravel() for name, each in rows.items()}


def assert_same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, each in expected.items():
        assert np.array_equal(found[name], each.astype(found[name].dtype))


def test_inline_nothing_of_it_passes(client: httpx.Client, features: np.ndarray[Any, Any]) -> None:
    refused = client.post(f"{MODEL}/infer", content=binary_body(features)[0])

    assert (refused.status_code, refused.json()) == (413, {"message": "Request Entity Too Large"})


def test_twenty_mebibytes_in_binary_and_in_json_get_the_same_answer(
    client: httpx.Client, features: np.ndarray[Any, Any]
) -> None:
    expected = expected_outputs(client, features)

    body, json_bytes = binary_body(features)
    in_binary = refer(client, upload(client, body, BINARY), sluice_upload_json_bytes=str(json_bytes))
    assert in_binary.status_code == 200
    length = int(in_binary.headers["inference-header-content-length"])
    assert_same(outputs_of(json.loads(in_binary.content[:length]), in_binary.content[length:]), expected)

    in_json = refer(client, upload(client, json_body(features), JSON))
    assert in_json.status_code == 200
    assert_same(outputs_of(in_json.json()), expected)


def test_an_answer_beyond_the_limit_is_had_by_a_url(client: httpx.Client) -> None:
    near = patient() * np.linspace(0.9, 1.1, 64, dtype=np.float32).reshape(64, 1)
    many = np.resize(near, (2 * ROWS, FEATURES))
    body, json_bytes = binary_body(many)
    uploaded = upload(client, body, BINARY)
    asked: dict[str, Any] = {"sluice_upload_json_bytes": str(json_bytes), "binary_data_output": False}

    too_large = refer(client, uploaded, **asked)
    assert too_large.status_code == 413
    assert "sluice_spill" in too_large.json()["error"]

    spilled = refer(client, uploaded, **asked, sluice_spill=True).json()
    told = spilled["parameters"]
    whole = httpx.get(told["sluice_download"], timeout=60, verify=NO_TLS)
    assert spilled["outputs"] == []
    assert len(whole.content) == told["sluice_download_bytes"]
    assert whole.headers["content-type"] == told["sluice_download_media_type"] == JSON
    assert_same(outputs_of(whole.json()), expected_outputs(client, many))


def test_our_client_does_all_of_it_by_itself(plane: RunningPlane, client: httpx.Client) -> None:
    many = np.resize(patient(), (2 * ROWS, FEATURES))

    with InferenceClient(plane.gateway_url) as ours:
        result = ours.infer("breast-cancer", {"features": many}, model_version="1")

    assert_same({name: each.ravel() for name, each in result.outputs.items()}, expected_outputs(client, many))


def test_the_record_leads_to_the_uploaded_body(
    plane: RunningPlane, client: httpx.Client, features: np.ndarray[Any, Any]
) -> None:
    body = json_body(features[:2000])
    uploaded = upload(client, body, JSON)
    assert refer(client, uploaded).status_code == 200

    records = [
        json.loads(line) for line in plane.sluice("records", "tail", "breast-cancer", "--json").stdout.splitlines()
    ]
    [record] = [each for each in records if each.get("upload") == uploaded]

    s3 = s3_client(region="eu-central-1", endpoint_url=plane.aws_url)
    stored = s3.get_object(Bucket="sluice-records", Key=f"bodies/{record['request_body_digest']}")
    assert stored["Body"].read() == body
    s3.close()
