"""Our own client against servers of others: MLServer or KServe, whichever this environment has."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from socket import create_server

import numpy as np
import pytest

from sluice.client import ClientOptions, InferenceClient, InvalidInput, NotFound, RetryPolicy

_CHECKOUT = Path(__file__).resolve().parents[2]
SERVER = "kserve" if find_spec("kserve") else "mlserver"
X = np.array([[1.5, -0.1], [3e38, 0.0]], np.float32)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the server will be."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": f"{_CHECKOUT / 'shared'}:{_CHECKOUT}"}
    command = [sys.executable, "-m", f"tests.clients.{SERVER}_echo", str(port)]
    with subprocess.Popen(command, cwd=_CHECKOUT, env=environment) as server:
        try:
            found = f"http://127.0.0.1:{port}"
            # Its start takes seconds; the first answer comes by retries.
            starting = RetryPolicy(attempts=200, longest_pause_seconds=1, deadline_seconds=60)
            with InferenceClient(found, options=ClientOptions(retries=starting)) as client:
                client.server_metadata()
            yield found
        finally:
            server.terminate()


@pytest.fixture
def client(url: str) -> Iterator[InferenceClient]:
    with InferenceClient(url) as connected:
        yield connected


def test_health_and_metadata(client: InferenceClient) -> None:
    assert client.server_live()
    assert client.server_ready()
    assert client.model_ready("echo")
    assert not client.model_ready("other")
    assert [(each.name, each.datatype, each.shape) for each in client.model_metadata("echo").inputs] == [
        ("x", "FP32", (-1, 2)),
        ("t", "BYTES", (-1,)),
    ]


def test_tensors_make_the_round_trip(client: InferenceClient) -> None:
    result = client.infer("echo", {"x": X, "t": ["plain", "größer"]}, request_id="mine")

    assert result.outputs["x"].tobytes() == X.tobytes()
    assert result.texts("t").tolist() == ["plain", "größer"]
    assert (result.id, result.model_name, result.reason) == ("mine", "echo", None)


def test_errors_are_of_their_kind(client: InferenceClient) -> None:
    with pytest.raises(NotFound):
        client.infer("other", X)
    with pytest.raises(InvalidInput, match="missing inputs: t"):
        client.infer("echo", {"x": X})


@pytest.mark.skipif(SERVER == "mlserver", reason="MLServer takes no binary tensors")
def test_binary_tensors_where_they_are_asked_for(url: str) -> None:
    with InferenceClient(url, options=ClientOptions(binary=True)) as client:
        result = client.infer("echo", {"x": X, "t": [b"plain", b"\0"]})

    assert result.outputs["x"].tobytes() == X.tobytes()
    assert result.outputs["t"].tolist() == [b"plain", b"\0"]
