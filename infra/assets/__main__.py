"""Build the layers and the functions' code: `python -m infra.assets --arch arm64|x86_64 [--out build]`."""

import argparse
import os
import sys
from pathlib import Path

from infra.assets.bytecode import CompilationFailed
from infra.assets.requirement_install import InstallFailed
from infra.assets.size_report import size_report
from infra.assets.target_python import MINOR_VERSION, VARIABLE, TargetPython, UnusablePython, find_target_python
from infra.assets.workshop import Workshop
from infra.declarations.environment import Architecture

_CHECKOUT = Path(__file__).resolve().parents[2]
_NO_BYTECODE = (
    f"WARNING: found no Python {MINOR_VERSION} that runs, so the assets hold no bytecode and cold starts take about "
    f"twice as long; put python{MINOR_VERSION} on PATH or set {VARIABLE}=/path/to/python{MINOR_VERSION}\n"
)


def main() -> int:
    """Build what has changed, and print the sizes; 1 if something could not be built."""
    arguments = _arguments()
    try:
        workshop = Workshop(_CHECKOUT, arguments.out, arguments.arch, _target_python())
        layers, functions = workshop.build_layers(), workshop.build_functions()
    except (CompilationFailed, InstallFailed, UnusablePython) as failure:
        sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1
    print(size_report(arguments.arch, layers=layers, functions=functions))
    return 0


def _target_python() -> TargetPython | None:
    found = find_target_python(os.environ)
    if found is None:
        sys.stderr.write(_NO_BYTECODE)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.assets", description=__doc__)
    parser.add_argument("--arch", type=Architecture, choices=list(Architecture), default=Architecture.ARM64)
    parser.add_argument("--out", type=Path, default=_CHECKOUT / "build", help="the folder to build into")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
