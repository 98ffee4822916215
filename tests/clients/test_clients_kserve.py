"""KServe's `InferenceRESTClient`, unmodified."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

ROWS = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.25]], np.float32)
SCORES = [[2.5, 3.25], [-0.25, 1.5625]]


Ask = Callable[..., Any]


@pytest.fixture(params=["v2"])
def ask(address: str, request: pytest.FixtureRequest) -> Ask:
    """Calls a method of a client of the protocol `request.param`; KServe's client is asynchronous."""

    def asked(method: str, *given: Any, **options: Any) -> Any:
        async def one() -> Any:
            async with InferenceRESTClient(RESTConfig(protocol=request.param)) as client:
                return await getattr(client, method)(f"http://{address}", *given, **options)

        return asyncio.run(one())

    return asked


v1 = pytest.mark.parametrize("ask", ["v1"], indirect=True)


def a_request(*, binary: bool, outputs: list[Any] | None = None) -> Any:
    tensor = InferInput("x", list(ROWS.shape), "FP32")
    tensor.set_data_from_numpy(ROWS, binary_data=binary)
    return InferRequest("risk", [tensor], request_id="theirs", request_outputs=outputs)


def test_v2_health(ask: Ask) -> None:
    assert ask("is_server_live")
    assert ask("is_server_ready")
    assert ask("is_model_ready", "risk")


def test_v2_json_tensors(ask: Ask) -> None:
    found = ask("infer", a_request(binary=False), model_name="risk")

    assert found.id == "theirs"
    assert found.outputs[0].as_numpy().tolist() == SCORES


def test_v2_binary_tensors(ask: Ask) -> None:
    wanted = [RequestedOutput("scores", {"binary_data": True})]

    found = ask("infer", a_request(binary=True, outputs=wanted), model_name="risk")

    assert found.outputs[0].as_numpy().tolist() == SCORES


def test_v2_bodies_that_are_dicts(ask: Ask) -> None:
    body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 3], "data": ROWS.ravel().tolist()}]}

    assert ask("infer", body, model_name="risk").outputs[0].as_numpy().tolist() == SCORES


def test_v2_errors_carry_what_was_said(ask: Ask) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="unknown model 'other'"):
        ask("infer", a_request(binary=False), model_name="other")


@v1
def test_v1_predictions(ask: Ask) -> None:
    assert ask("infer", {"instances": ROWS.tolist()}, model_name="risk")["predictions"] == SCORES


@v1
def test_v1_model_readiness(ask: Ask) -> None:
    assert ask("is_model_ready", "risk")


@v1
def test_v1_errors_carry_what_was_said(ask: Ask) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="instances"):
        ask("infer", {"rows": []}, model_name="risk")
