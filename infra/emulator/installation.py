"""The emulator in a virtual environment of its own, under the Python that Lambda functions run under."""

import os
import subprocess
import sys
from pathlib import Path

from infra.assets.target_python import MINOR_VERSION, VARIABLE, find_target_python

_REQUIREMENTS = "requirements/emulator.txt"


class NoTargetPython(Exception):
    """The emulator runs functions in processes of its own interpreter, so that must be the functions'."""

    def __init__(self) -> None:
        wanted = f"put python{MINOR_VERSION} on PATH or set {VARIABLE}=/path/to/python{MINOR_VERSION}"
        super().__init__(f"the emulator needs Python {MINOR_VERSION}: {wanted}")


def installed_emulator(checkout: Path) -> Path:
    """The interpreter that has it, installed by hash if its lock is newer. Raises NoTargetPython."""
    folder, lock = checkout / "build" / "emulator", checkout / _REQUIREMENTS
    stamp = folder / "installed"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        _install(folder, lock)
        stamp.touch()
    return folder / "bin" / "python"


def _install(folder: Path, lock: Path) -> None:
    target = find_target_python(os.environ)
    if target is None:
        raise NoTargetPython
    uv = str(Path(sys.executable).with_name("uv"))
    _run(uv, "venv", "--quiet", "--clear", "--python", str(target.path), str(folder))
    python = str(folder / "bin" / "python")
    _run(uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(lock))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own installer
