"""What a client of the local plane sees: the protocol, the split, and what a crash costs."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import onnxruntime
import psutil
import pytest
import tritonclient.http as triton

from sluice.local.lambda_control.function import Alias
from sluice.local.lambda_host.routing import AliasDraws
from tests.acceptance.conftest import ROOT, RunningPlane, a_plane
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.xdist_group("acceptance")
EXAMPLES = ROOT / "examples"
INFER = "/v2/models/breast-cancer/infer"


def request_of(model: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EXAMPLES / model / "request.json").read_text())
    return document


@pytest.fixture
def client(plane: RunningPlane) -> Any:
    with httpx.Client(base_url=plane.gateway_url, timeout=30, verify=NO_TLS) as client:
        yield client


def function_versions(client: httpx.Client, count: int) -> list[str]:
    body = request_of("breast-cancer")
    return [client.post(INFER, json=body).json()["parameters"]["function_version"] for _ in range(count)]


def test_the_server_is_ready_and_describes_a_model(client: httpx.Client) -> None:
    assert client.get("/v2/health/live").status_code == 200
    assert client.get("/v2/health/ready").json() == {"ready": True}

    metadata = client.get("/v2/models/breast-cancer").json()

    assert metadata["name"] == "breast-cancer"
    assert metadata["versions"] == ["1", "2"]
    assert metadata["inputs"] == [{"name": "features", "datatype": "FP32", "shape": [-1, 30]}]


def test_a_tenth_of_the_traffic_reaches_the_candidate(client: httpx.Client) -> None:
    answers = function_versions(client, 1000)

    assert set(answers) == {"1", "2"}
    assert 70 <= answers.count("2") <= 130


def test_the_seed_alone_decides_the_sequence_of_function_versions() -> None:
    tenth = Alias("live", "1", "", additional_version="2", additional_weight=0.1, revision_id="")
    draws = AliasDraws(7, function_name="inference-breast-cancer", alias_name="live")
    expected = [draws.choose(tenth) for _ in range(100)]

    with a_plane("--seed", "7") as plane, httpx.Client(base_url=plane.gateway_url, timeout=30, verify=NO_TLS) as client:
        assert function_versions(client, 100) == expected
    assert "2" in expected


def test_the_version_in_the_url_is_the_version_that_answers(client: httpx.Client) -> None:
    for model_version in ("1", "2") * 10:
        answer = client.post(
            f"/v2/models/breast-cancer/versions/{model_version}/infer", json=request_of("breast-cancer")
        )

        assert answer.json()["model_version"] == model_version
        assert answer.json()["parameters"]["reason"] == "VERSION_IN_URL"


@pytest.mark.parametrize("folder", sorted(EXAMPLES.glob("*/v*")), ids=lambda folder: "/".join(folder.parts[-2:]))
def test_an_unmodified_triton_client_gets_the_bits_of_onnx_runtime(plane: RunningPlane, folder: Path) -> None:
    model, model_version = folder.parent.name, folder.name[1:]
    given = request_of(model)["inputs"][0]
    array = np.array(given["data"], np.float32).reshape(given["shape"])
    with triton.InferenceServerClient(plane.gateway_url.removeprefix("http://")) as client:
        metadata = client.get_model_metadata(model, model_version)
        tensor = triton.InferInput(given["name"], array.shape, given["datatype"])
        tensor.set_data_from_numpy(array, binary_data=False)
        wanted = [triton.InferRequestedOutput(each["name"], binary_data=False) for each in metadata["outputs"]]
        answer = client.infer(model, [tensor], model_version=model_version, outputs=wanted)

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    direct = session.run(None, {given["name"]: array})
    for output, expected in zip(metadata["outputs"], direct, strict=True):
        received = answer.as_numpy(output["name"])
        assert received.shape == expected.shape
        assert received.astype(expected.dtype).tolist() == expected.tolist()
        if expected.dtype != object:
            assert received.tobytes() == expected.tobytes()


def environments_of(plane: RunningPlane) -> list[psutil.Process]:
    children = psutil.Process(plane.process.pid).children(recursive=True)
    return [child for child in children if "functions.inference.handler.handler" in " ".join(child.cmdline())]


def test_killing_an_environment_under_load_costs_at_most_the_request_in_it(plane: RunningPlane) -> None:
    body = request_of("wine")
    with httpx.Client(base_url=plane.gateway_url, timeout=30, verify=NO_TLS) as client, ThreadPoolExecutor(2) as pool:
        assert client.post("/v2/models/wine/infer", json=body).status_code == 200
        answers = [pool.submit(client.post, "/v2/models/wine/infer", json=body) for _ in range(200)]
        answers[20].result()
        victims = [each for each in environments_of(plane) if "inference-wine" in str(each.environ())]
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)
        statuses = [answer.result().status_code for answer in answers]
        after = [client.post("/v2/models/wine/infer", json=body).status_code for _ in range(20)]

    assert victims
    assert statuses.count(200) >= 200 - len(victims)
    assert set(statuses) <= {200, 500}
    assert after == [200] * 20
