"""What a built folder is: the digest of its files, and how big they are."""

import hashlib
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """`digest` depends on names and contents alone. `package_bytes` counts a layer's packages, unzipped."""

    digest: str
    unzipped_bytes: int
    zipped_bytes: int
    package_bytes: dict[str, int]


def facts_of(folder: Path) -> FolderFacts:
    """Read all of it, once."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    packages: Counter[str] = Counter()
    with TemporaryFile() as sink:
        with zipfile.ZipFile(sink, "w") as archive:
            for name in names:
                content = (folder / name).read_bytes()
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
                packages[package_of(name)] += len(content)
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return FolderFacts(digest.hexdigest(), packages.total(), sink.tell(), dict(packages))


def package_of(name: str) -> str:
    """The package that a file of a layer counts towards: its libraries and its metadata are part of it."""
    parts = name.removeprefix("python/").split("/")
    top = parts[1] if parts[0] == "__pycache__" else parts[0]
    if top.endswith(".dist-info"):
        top = top.split("-")[0]
    return top.split(".")[0].lower()
