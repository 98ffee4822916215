"""NVIDIA's `tritonclient[http]`, unmodified."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

ROWS = np.random.default_rng(7).normal(size=(50, 3)).astype(np.float32)


@pytest.fixture
def client(address: str) -> Iterator[Any]:
    with InferenceServerClient(address) as connected:
        yield connected


def tensor(name: str, datatype: str, array: Any, *, binary: bool) -> Any:
    made = InferInput(name, array.shape, datatype)
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def scores(client: Any, *, binary_in: bool, binary_out: bool, **options: Any) -> Any:
    wanted = [InferRequestedOutput("scores", binary_data=binary_out)]
    return client.infer("risk", [tensor("x", "FP32", ROWS, binary=binary_in)], outputs=wanted, **options)


def expected() -> Any:
    weights = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 0.25]], np.float32)
    return ROWS @ weights + np.array([0.5, -0.5], np.float32)


def test_health_and_metadata(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("risk")
    assert client.is_model_ready("risk", "2")
    assert not client.is_model_ready("other")
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.get_model_metadata("risk")["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]


@pytest.mark.parametrize("binary_in", [False, True])
@pytest.mark.parametrize("binary_out", [False, True])
def test_tensors_in_json_and_in_binary_either_way(client: Any, binary_in: bool, binary_out: bool) -> None:
    found = scores(client, binary_in=binary_in, binary_out=binary_out)

    np.testing.assert_allclose(found.as_numpy("scores"), expected(), rtol=1e-6)
    assert ("data" in found.get_response()["outputs"][0]) is not binary_out


def test_outputs_that_nobody_named_come_in_binary(client: Any) -> None:
    found = client.infer("risk", [tensor("x", "FP32", ROWS, binary=True)])

    np.testing.assert_allclose(found.as_numpy("scores"), expected(), rtol=1e-6)
    assert found.get_output("scores")["parameters"] == {"binary_data_size": 400}


def test_json_and_binary_tensors_in_one_message(client: Any) -> None:
    column = np.array([[1.5], [2.5]])

    found = client.infer(
        "risk",
        [tensor("a", "FP64", column, binary=False), tensor("b", "FP64", 2 * column, binary=True)],
        model_version="5",
    )

    assert found.as_numpy("total").tolist() == [[4.5], [7.5]]


def test_json_and_binary_outputs_in_one_message(client: Any) -> None:
    wanted = [InferRequestedOutput("label", binary_data=False), InferRequestedOutput("probabilities", binary_data=True)]

    found = client.infer("risk", [tensor("x", "FP32", ROWS, binary=True)], model_version="2", outputs=wanted)

    assert set(found.as_numpy("label").tolist()) == {"benign", "malignant"}
    np.testing.assert_allclose(found.as_numpy("probabilities").sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("binary", [False, True])
def test_bytes_tensors(client: Any, binary: bool) -> None:
    given = np.array([["plain"], ["größer"], [""]], object)
    wanted = [InferRequestedOutput("y", binary_data=binary)]

    found = client.infer(
        "risk", [tensor("x", "BYTES", given, binary=binary)], model_version="3", outputs=wanted
    ).as_numpy("y")

    texts = [each.decode() if isinstance(each, bytes) else each for each in found.ravel().tolist()]
    assert texts == ["plain", "größer", ""]


def test_half_floats_and_nan_in_binary(client: Any) -> None:
    given = np.array([1.5, np.inf, np.nan], np.float16)

    found = client.infer("risk", [tensor("x", "FP16", given, binary=True)], model_version="4").as_numpy("y")

    assert found.dtype == np.float16
    assert found.tobytes() == given.tobytes()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("binary", [False, True])
def test_compressed_requests_and_answers(client: Any, coding: str, binary: bool) -> None:
    options = {"request_compression_algorithm": coding, "response_compression_algorithm": coding}

    found = scores(client, binary_in=binary, binary_out=binary, **options)

    np.testing.assert_allclose(found.as_numpy("scores"), expected(), rtol=1e-6)


def test_request_ids_and_parameters(client: Any) -> None:
    found = scores(client, binary_in=True, binary_out=True, request_id="theirs", parameters={"mine": 7}).get_response()

    assert found["id"] == "theirs"
    assert found["model_version"] == "1"


def test_asynchronous_requests(client: Any) -> None:
    pending = client.async_infer("risk", [tensor("x", "FP32", ROWS, binary=True)])

    np.testing.assert_allclose(pending.get_result().as_numpy("scores"), expected(), rtol=1e-6)


def test_errors_are_sentences(client: Any) -> None:
    with pytest.raises(InferenceServerException, match="unknown outputs requested: 'nothing'"):
        client.infer("risk", [tensor("x", "FP32", ROWS, binary=True)], outputs=[InferRequestedOutput("nothing")])
    with pytest.raises(InferenceServerException, match="has no version '9' here"):
        client.infer("risk", [tensor("x", "FP32", ROWS, binary=True)], model_version="9")


def test_statistics(client: Any) -> None:
    scores(client, binary_in=True, binary_out=True)

    found = client.get_inference_statistics("risk", "1")["model_stats"][0]

    assert (found["name"], found["version"]) == ("risk", "1")
    assert found["inference_count"] >= 50
    assert found["inference_stats"]["success"]["count"] >= 1
