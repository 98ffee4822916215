"""An unmodified client of the protocol, tritonclient, against the handler over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import AFFINE, PublishedRelease
from tests.functions.http_front import served
from tests.functions.inference_function import a_function
from tests.onnx_graphs import affine, classifier

LABELS = Signature(
    (TensorSpec("x", "FP32", (-1, 3)),),
    (TensorSpec("label", "BYTES", (-1,)), TensorSpec("probabilities", "FP32", (-1, 2))),
)
ROWS = np.random.default_rng(7).normal(size=(50, 3)).astype(np.float32)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    from tritonclient.http import InferenceServerClient

    function = a_function(tmp_path, PublishedRelease({1: (affine(), AFFINE), 2: (classifier(), LABELS)}))
    with served(function.handler) as address, InferenceServerClient(address) as connected:
        yield connected


def ask(client: Any, *outputs: str, **options: Any) -> Any:
    from tritonclient.http import InferInput, InferRequestedOutput

    tensor = InferInput("x", ROWS.shape, "FP32")
    tensor.set_data_from_numpy(ROWS, binary_data=False)
    wanted = [InferRequestedOutput(name, binary_data=False) for name in outputs]
    return client.infer("risk", [tensor], outputs=wanted, **options)


def run(graph: bytes, *outputs: str) -> list[Any]:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return list(session.run(outputs, {"x": ROWS}))


def test_health_and_metadata_answer(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("risk")
    assert client.is_model_ready("risk", "1")
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.get_model_metadata("risk", "1")["outputs"] == [
        {"name": "scores", "datatype": "FP32", "shape": [-1, 2]}
    ]


def test_predictions_equal_onnx_runtimes_own_bit_for_bit(client: Any) -> None:
    scores = ask(client, "scores", model_version="1").as_numpy("scores")
    probabilities = ask(client, "probabilities", "label").as_numpy("probabilities")

    assert scores.tobytes() == run(affine(), "scores")[0].tobytes()
    assert probabilities.tobytes() == run(classifier(), "probabilities")[0].tobytes()


def test_texts_and_the_request_id_arrive(client: Any) -> None:
    result = ask(client, "label", request_id="theirs")

    assert result.get_response()["id"] == "theirs"
    assert result.as_numpy("label").tolist() == run(classifier(), "label")[0].tolist()


def test_a_client_that_names_no_outputs_asks_for_all_of_them_as_binary_data(client: Any) -> None:
    result = ask(client)

    assert [text.decode() for text in result.as_numpy("label")] == run(classifier(), "label")[0].tolist()
    assert result.as_numpy("probabilities").tobytes() == run(classifier(), "probabilities")[0].tobytes()


def test_errors_reach_the_client_as_sentences(client: Any) -> None:
    from tritonclient.utils import InferenceServerException

    with pytest.raises(InferenceServerException, match="unknown outputs requested: 'nothing'"):
        ask(client, "nothing")
    with pytest.raises(InferenceServerException, match="has no version '9' here"):
        ask(client, "label", model_version="9")
