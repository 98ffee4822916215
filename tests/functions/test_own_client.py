"""Our own client against the inference function: what it sends is taken, what comes back is what the model said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from onnx import TensorProto

from sluice.adapters.memory_large_bodies import MemoryLargeBodies
from sluice.catalog.signature import Signature, TensorSpec
from sluice.client import ClientOptions, InferenceClient, InvalidInput, NotFound, RetryPolicy
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, an_event
from tests.functions.http_front import content_of
from tests.functions.inference_function import STOPPED, InferenceFunction
from tests.onnx_graphs import affine, identity

ROWS = np.random.default_rng(7).normal(size=(50, 3)).astype(np.float32)
SCORES = ROWS @ np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 0.25]], np.float32) + np.array([0.5, -0.5], np.float32)
ECHOES = {2: "BYTES", 3: "FP16", 4: "BF16", 5: "INT64", 6: "BOOL"}
ELEMENTS = {"BYTES": "STRING", "FP16": "FLOAT16", "BF16": "BFLOAT16"}
STORE = "https://store.example/"
# Nothing here is worth a second try.
ONCE = RetryPolicy(attempts=1)

Connect = Callable[..., InferenceClient]


def echo(datatype: str) -> tuple[bytes, Signature]:
    specs = [(TensorSpec(name, datatype, (-1,)),) for name in ("x", "y")]
    return identity(getattr(TensorProto, ELEMENTS.get(datatype, datatype))), Signature(*specs)


class Gateway:
    """The function and its store, as httpx's clients reach them."""

    def __init__(self, root: Path) -> None:
        self.bodies = MemoryLargeBodies(STOPPED.clock)
        graphs = {1: (affine(), AFFINE), **{number: echo(datatype) for number, datatype in ECHOES.items()}}
        published = PublishedRelease(graphs, default_version=1)
        self.function = InferenceFunction(
            replace(published.publish()), published.store, root, make_large_bodies=lambda: self.bodies
        )
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if str(request.url).startswith(STORE):
            return self._store(request)
        event = an_event(request.method, request.url.path, request.content, headers=dict(request.headers), encoded=True)
        answer = self.function.handler(event, CONTEXT)
        # The client follows URLs of HTTP only.
        content = content_of(answer).replace(b"memory://", STORE.encode())
        headers = {name: value for name, value in answer["headers"].items() if name != "content-length"}
        return httpx.Response(answer["statusCode"], headers=headers, content=content)

    def _store(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url).replace(STORE, "memory://")
        if request.method == "GET":
            return httpx.Response(200, content=self.bodies.get(url))
        signed = {name: request.headers[name] for name in ("content-length", "content-type")}
        return httpx.Response(self.bodies.put(url, request.content, signed))


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)


@pytest.fixture
def connect(gateway: Gateway) -> Connect:
    def connected(**options: Any) -> InferenceClient:
        chosen = ClientOptions(retries=ONCE, **options)
        return InferenceClient("http://gateway", options=chosen, transport=httpx.MockTransport(gateway.answer))

    return connected


@pytest.mark.parametrize("binary", [None, False])
def test_a_prediction_comes_back_bit_for_bit(connect: Connect, binary: bool | None) -> None:
    result = connect(binary=binary).infer("risk", ROWS, request_id="mine")

    assert np.array_equal(result.outputs["scores"], SCORES)
    assert (result.id, result.model_version, result.reason) == ("mine", "1", "RELEASE_DEFAULT")


@pytest.mark.parametrize(
    ("model_version", "given"),
    [
        (2, [b"plain", "größer".encode(), b""]),
        (3, [1.5, float("inf"), -0.25]),
        (4, [1.5, float("-inf"), -0.25]),
        (5, [2**63 - 1, -(2**63), 0]),
        (6, [True, False]),
    ],
)
def test_every_kind_of_element_makes_the_round_trip(connect: Connect, model_version: int, given: list[Any]) -> None:
    result = connect().infer("risk", given, model_version=model_version)

    assert result.outputs["y"].tolist() == given


@pytest.mark.parametrize("binary", [None, False])
def test_large_bodies_go_through_the_store(connect: Connect, gateway: Gateway, binary: bool | None) -> None:
    client = connect(binary=binary, inline_limit_bytes=100)
    many = np.resize(ROWS, (300_000 if binary is False else 700_000, 3))

    result = client.infer("risk", many, unit="alice")

    assert np.array_equal(result.outputs["scores"], np.resize(SCORES, (len(many), 2)))
    assert [each.split("/")[0] for each in gateway.asked[2:]] == ["POST ", "PUT ", "POST ", "GET "]
    assert "alice" not in "".join(gateway.function.lines)


def test_large_json_may_travel_as_gzip(connect: Connect) -> None:
    result = connect(binary=False, compress_over_bytes=0).infer("risk", ROWS)

    assert np.array_equal(result.outputs["scores"], SCORES)


def test_what_the_function_refuses_is_an_error_of_its_kind(connect: Connect) -> None:
    with pytest.raises(NotFound, match="has no version '9' here"):
        connect().infer("risk", ROWS, model_version=9)
    with pytest.raises(InvalidInput, match="unknown outputs requested: 'nothing'"):
        connect().infer("risk", ROWS, outputs=["nothing"])


def test_health_and_metadata(connect: Connect) -> None:
    client = connect()

    assert [client.server_live(), client.server_ready(), client.model_ready("risk", 1)] == [True] * 3
    assert not client.model_ready("other")
    assert client.model_metadata("risk").inputs[0].shape == (-1, 3)
    assert {"binary_tensor_data", "sluice_uploads"} <= set(client.server_metadata().extensions)
