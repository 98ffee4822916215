"""Layers as they are deployed, and as they were before slimming, with code run on them as Lambda would run it."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.assets.folder_facts import FolderFacts
from infra.assets.target_python import TargetPython, find_target_python
from infra.assets.workshop import Workshop
from infra.declarations.environment import Architecture

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Architecture.ARM64 if platform.machine() in ("aarch64", "arm64") else Architecture.X86_64
SETS = ("onnx", "runtime")
_SCRIPTS = Path(__file__).parent / "on_lambda"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "ORT_DISABLE_TELEMETRY": "1",
}


@dataclass(frozen=True)
class BuiltAssets:
    """What one build made, below `out`."""

    out: Path
    layers: Mapping[str, FolderFacts]
    functions: Mapping[str, FolderFacts]

    @property
    def digests(self) -> dict[str, str]:
        return {name: facts.digest for name, facts in {**self.layers, **self.functions}.items()}

    def tree(self, layer: str) -> Path:
        """What Lambda puts on the module path, for the architecture of this machine."""
        return self.out / "layers" / HERE / layer / "python"

    def function(self, name: str) -> Path:
        return self.out / "functions" / name


def assets_in(out: Path, architecture: Architecture) -> BuiltAssets:
    """What `make assets` builds, built into `out`."""
    workshop = Workshop(CHECKOUT, out, architecture, find_target_python(os.environ))
    return BuiltAssets(out, workshop.build_layers(), workshop.build_functions())


def run_on_lambda(python: TargetPython, script: str, *path: Path, **given: Any) -> Any:
    """The answer of `on_lambda/<script>.py`, which sees nothing but `path`; `given` is its input."""
    environment = _ENVIRONMENT | {"PYTHONPATH": ":".join(map(str, path))}
    done = subprocess.run(
        [python.path, "-S", "-B", "-s", _SCRIPTS / f"{script}.py"],
        input=json.dumps(given),
        env=environment | given.get("environment", {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
