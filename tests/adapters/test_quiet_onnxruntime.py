"""ONNX Runtime reports nothing, and leaves nothing behind, when Sluice uses it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.onnx_graphs import affine

OPEN_A_SESSION = "import sys; from sluice.adapters.onnx_session import open_session; open_session(sys.argv[1])"


def run_a_session(home: Path, model: Path, **variables: str) -> list[Path]:
    """What a session leaves below the home directory."""
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), **variables}
    if "ORT_DISABLE_TELEMETRY" not in variables:
        environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-B", "-c", OPEN_A_SESSION, str(model)], env=environment, check=True, timeout=60)
    return [path for path in home.rglob("*") if path.is_file()]


def test_it_writes_nothing_below_the_home_directory(tmp_path: Path) -> None:
    model, home = tmp_path / "model.onnx", tmp_path / "home"
    model.write_bytes(affine())
    home.mkdir()

    assert run_a_session(home, model) == []
