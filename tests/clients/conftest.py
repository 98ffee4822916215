"""Clients of others, unmodified, over HTTP: `make test-clients` installs them, each test file asks for its own.

The server runs in a process of its own, with the project's interpreter: clients need what it must not have.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]
_NEEDS = {
    "test_clients_kserve.py": "kserve",
    "test_clients_mlflow.py": "mlflow",
    "test_clients_mlserver.py": "mlserver",
    "test_clients_own.py": "pyarrow",
    "test_clients_triton.py": "tritonclient",
}
collect_ignore = [name for name, package in _NEEDS.items() if find_spec(package) is None]
if not find_spec("kserve") and not find_spec("mlserver"):
    collect_ignore.append("test_clients_own_elsewhere.py")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Host and port of the example server."""
    python = os.environ.get("SLUICE_SERVER_PYTHON", sys.executable)
    environment = os.environ | {"PYTHONPATH": f"{_CHECKOUT / 'shared'}:{_CHECKOUT}"}
    with subprocess.Popen(
        [python, "-m", "tests.clients.example_server"],
        cwd=_CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        found = server.stdout.readline().strip()
        assert found, "the example server did not start; what it said is above"
        yield found
        server.stdin.close()
