"""The interpreter whose bytecode Lambda can use: one of the runtime's own minor version."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MINOR_VERSION = "3.13"
VARIABLE = "PYTHON313"

_ASK = "import sys; v = sys.version_info; print(sys.implementation.name, v.releaselevel, f'{v[0]}.{v[1]}.{v[2]}')"
_ANSWER_SECONDS = 20


class UnusablePython(Exception):
    """PYTHON313 names something that is not a released CPython of the runtime's minor version."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{VARIABLE}={path} is not a CPython {MINOR_VERSION} that runs")


@dataclass(frozen=True, slots=True)
class TargetPython:
    """`version` is whole, such as 3.13.0: a patch release may compile differently."""

    path: Path
    version: str


def find_target_python(environment: Mapping[str, str], *, running: Path | None = None) -> TargetPython | None:
    """PYTHON313 if set, else the first that fits of `running` (this interpreter), PATH and pyenv's folders.

    Raises UnusablePython.
    """
    if named := environment.get(VARIABLE):
        found = _usable(Path(named))
        if found is None:
            raise UnusablePython(Path(named))
        return found
    return next((found for path in _candidates(environment, running) if (found := _usable(path))), None)


def _candidates(environment: Mapping[str, str], running: Path | None) -> Iterator[Path]:
    """What lies on PATH may be a shim that only says that it cannot run; hence pyenv's own folders too."""
    yield running or Path(sys.executable)
    for folder in filter(None, environment.get("PATH", "").split(":")):
        yield Path(folder) / f"python{MINOR_VERSION}"
    pyenv = environment.get("PYENV_ROOT") or str(Path(environment.get("HOME", "/")) / ".pyenv")
    yield from sorted(Path(pyenv).glob(f"versions/{MINOR_VERSION}.*/bin/python{MINOR_VERSION}"), reverse=True)


def _usable(path: Path) -> TargetPython | None:
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter, asked for its version
            [path, "-I", "-S", "-c", _ASK], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    facts = answer.stdout.split()
    is_target = facts[:2] == ["cpython", "final"] and facts[2].startswith(f"{MINOR_VERSION}.")
    return TargetPython(path, facts[2]) if is_target else None
