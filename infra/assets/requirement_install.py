"""Third-party packages for Lambda's platform, whatever this machine is: wheels only, so nothing is compiled here."""

import subprocess
import sys
from pathlib import Path

from infra.assets.target_python import MINOR_VERSION
from infra.declarations.environment import Architecture

_MACHINES = {Architecture.ARM64: "aarch64", Architecture.X86_64: "x86_64"}
_PLATFORM = "manylinux_2_28"  # Amazon Linux 2023, which the runtime is built on, has a newer C library


class InstallFailed(Exception):
    """The installer ended with an error; the message is what it printed."""


def install(requirements: Path, target: Path, architecture: Architecture) -> None:
    """Exactly what the file lists, checked against its hashes, copied into `target`. Raises InstallFailed."""
    platform = f"{_MACHINES[architecture]}-{_PLATFORM}"
    given = ["--python-version", MINOR_VERSION, "--python-platform", platform, "--requirements", str(requirements)]
    exact = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    # Copies: a hard link would let what is done to the files here reach the installer's cache.
    place = ["--target", str(target), "--link-mode", "copy", "--quiet"]
    done = subprocess.run(  # noqa: S603 - our own installer
        [_installer(), "pip", "install", *place, *given, *exact], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InstallFailed(f"{requirements}: {done.stderr.strip()}")


def _installer() -> Path:
    """It stands beside this interpreter; `make setup` put it there."""
    return Path(sys.executable).parent / "uv"
