"""What the lock files pin, by exact version."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One version of one package; `registry` is its package URL's type: pypi or npm."""

    name: str
    package_version: str
    registry: str = "pypi"

    @property
    def purl(self) -> str:
        """Its package URL, which names no host."""
        return f"pkg:{self.registry}/{self.name}@{self.package_version}"


def python_pins(files: Iterable[Path]) -> set[Pin]:
    """Of requirement files, whatever the platform or interpreter that a line is for."""
    return {Pin(*match) for path in files for match in _PIN.findall(path.read_text())}


def node_pins(lock: Path) -> set[Pin]:
    """Of an npm lock file, without the project itself."""
    packages = json.loads(lock.read_bytes())["packages"]
    return {Pin(path.split("node_modules/")[-1], it["version"], "npm") for path, it in packages.items() if path}
