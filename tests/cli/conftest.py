"""`sluice up` in a process of its own, empty, once per worker, and the command line run against it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import typer.testing
import yaml
from typer.main import get_command
from typer.testing import CliRunner, Result

from sluice.cli.main import app
from tests.onnx_graphs import affine

FEATURES = ["height", "width", "depth"]
UP = [sys.executable, "-m", "sluice.cli.main", "up", "--json", "--port", "0", "--aws-port", "0"]

_names = count(1)


class Sluice(Protocol):
    def __call__(self, *arguments: str | Path | int, typed: str | None = None) -> Result: ...


@dataclass(frozen=True)
class RunningPlane:
    """A `sluice up`: its process, what it printed, and the variables that lead commands to it."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def variables(self) -> dict[str, str]:
        return {
            "SLUICE_GATEWAY_URL": self.ready["gateway_url"],
            "SLUICE_AWS_ENDPOINT_URL": self.ready["aws_endpoint_url"],
        }


@contextmanager
def a_plane(*options: str) -> Iterator[RunningPlane]:
    with subprocess.Popen([*UP, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield RunningPlane(process, json.loads(line))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


@pytest.fixture(scope="session")
def plane() -> Iterator[RunningPlane]:
    with a_plane() as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def commands_made_once() -> Iterator[None]:
    """Typer's runner makes all of our commands anew for each that it runs; what it makes has no state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", cache(get_command))
        yield


@pytest.fixture(autouse=True)
def untouched_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets credentials of its own for the local plane; this puts back what it changed."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, os.environ[name])
    for name in [name for name in os.environ if name.startswith("SLUICE_")]:
        monkeypatch.delenv(name)


def command_line(plane: RunningPlane) -> Sluice:
    """Runs a command in this process against the plane."""

    def run(*arguments: str | Path | int, typed: str | None = None) -> Result:
        return CliRunner(env=plane.variables).invoke(app, [str(each) for each in arguments], input=typed)

    return run


@pytest.fixture
def sluice(plane: RunningPlane) -> Sluice:
    return command_line(plane)


def document_of(result: Result) -> Any:
    """The JSON that a command printed; fails with what it said if it did not succeed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def model() -> str:
    """A name that no other test has."""
    return f"model-{next(_names)}"


@pytest.fixture
def key() -> str:
    """A key of a definition that no other test has."""
    return f"key-{next(_names)}"


def model_folder(folder: Path, model: str, number: int = 1, *, bias: float = 0.5, golden: float | None = None) -> Path:
    """`scores = x @ weights + bias` as version `number`: for x = [0, 0, 0] both scores are `bias`."""
    path = folder / f"{model}-v{number}"
    path.mkdir()
    (path / "model.onnx").write_bytes(affine(bias=np.array([bias, bias], dtype=np.float32)))
    (path / "card.md").write_text(f"# {model}\n\nAdds and multiplies.\n")
    expected = bias if golden is None else golden
    manifest = {
        "model": {
            "name": model,
            "owner": "tests",
            "description": "adds and multiplies",
            "risk_tier": "low",
            "latency_budget_ms": 50,
        },
        "version": number,
        "artefact": "model.onnx",
        "feature_names": FEATURES,
        "output_meaning": {"scores": "two scores"},
        "lineage": {"training_data_uri": "none:", "training_data_digest": "0" * 64, "code_commit": ""},
        "golden_examples": [
            {"name": "zero", "inputs": {"x": [[0, 0, 0]]}, "outputs": {"scores": [[expected] * 2]}, "tolerance": 1e-6}
        ],
        "card": "card.md",
    }
    (path / "model.yaml").write_text(yaml.safe_dump(manifest))
    return path


def approved(sluice: Sluice, folder: Path, model: str, number: int) -> None:
    """Register and approve version `number` of a model, whose bias is its number."""
    document_of(sluice("model", "register", model_folder(folder, model, number, bias=number), "--json"))
    document_of(sluice("model", "approve", model, number, "--why", "tested", "--json"))


def publish(sluice: Sluice, model: str, number: int) -> dict[str, Any]:
    published: dict[str, Any] = document_of(sluice("release", "publish", model, "--default", number, "--json"))
    return published


def serve(sluice: Sluice, folder: Path, model: str, number: int = 1) -> dict[str, Any]:
    """Carry version `number` from file to release."""
    approved(sluice, folder, model, number)
    return publish(sluice, model, number)


@pytest.fixture(scope="session")
def served(plane: RunningPlane, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model with two releases, each of both versions, all traffic on the first: for tests that change nothing."""
    sluice, folder = command_line(plane), tmp_path_factory.mktemp("served")
    for number in (1, 2):
        approved(sluice, folder, "served", number)
    for number in (1, 2):
        publish(sluice, "served", number)
    return "served"


@pytest.fixture(scope="session")
def divided(plane: RunningPlane, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model whose one release serves two versions: for experiments between them."""
    sluice, folder = command_line(plane), tmp_path_factory.mktemp("divided")
    return serve_two(sluice, folder, "divided")


def serve_two(sluice: Sluice, folder: Path, model: str) -> str:
    """Release versions 1 and 2 of a model at once; 1 is the default."""
    for number in (1, 2):
        approved(sluice, folder, model, number)
    publish(sluice, model, 1)
    return model
