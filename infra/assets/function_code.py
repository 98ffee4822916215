"""Our own code, as each function gets it: one asset holds all of it, so that a function version is one thing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

_NEVER_SHIPPED = ("sluice/local/", "sluice/cli/", "sluice/client/")


def function_names(checkout: Path) -> list[str]:
    """Every folder of `functions/` that has a Lambda entry point."""
    return sorted(path.parent.name for path in (checkout / "functions").glob("*/handler.py"))


def stage_function(name: str, checkout: Path, folder: Path) -> None:
    """Copy what `functions.<name>.handler` may import of ours into `folder`."""
    for relative, path in function_sources(name, checkout):
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def function_sources(name: str, checkout: Path) -> Iterator[tuple[str, Path]]:
    """Where each file lies in the asset, and in the checkout.

    The function's own folder, what all functions share, and the package without local plane, command line and client.
    """
    functions, package = checkout / "functions", checkout / "shared" / "sluice"
    for path in (*functions.glob("*.py"), *_files(functions / name), *_files(package)):
        root = package.parent if path.is_relative_to(package) else checkout
        relative = path.relative_to(root).as_posix()
        if not relative.startswith(_NEVER_SHIPPED):
            yield relative, path


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
