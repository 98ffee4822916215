"""Bytecode beside the sources. Lambda's folders are read-only: what is not shipped is compiled at every cold start."""

import os
import subprocess
from pathlib import Path

from infra.assets.target_python import TargetPython


class CompilationFailed(Exception):
    """A source does not compile; the message is what the compiler printed."""


def compile_tree(python: TargetPython, tree: Path, *, shown_as: str) -> None:
    """Compile every source below `tree`, which the bytecode calls `shown_as`. Raises CompilationFailed.

    `unchecked-hash`: by default bytecode holds for the modification time of its source, and packing an asset sets
    all times anew, which would make every file of it stale. The bytes depend on the sources alone: one process goes
    through the files in order, with one hash seed, without site-packages.
    """
    place = ["-s", str(tree), "-p", shown_as]
    done = subprocess.run(  # noqa: S603 - the interpreter that was found
        [python.path, "-S", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash", *place, str(tree)],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CompilationFailed(done.stdout.strip())


def _environment() -> dict[str, str]:
    """Nothing that tells Python where to write, or what to leave unwritten."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONHASHSEED": "0"}
