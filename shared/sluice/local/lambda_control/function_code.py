"""Deployment packages: built from a checkout, the same bytes for the same input, and unpacked with care."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_NEVER_SHIPPED = ("sluice/local/", "sluice/cli/", "sluice/client/")
_SAME_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_UNIX = 3


class UnsafePackage(Exception):
    """A package has an entry that would be written outside its folder, or a link."""

    def __init__(self, entry: str) -> None:
        super().__init__(f"entry {entry!r} leaves the package's folder")


def build_package(checkout: Path) -> bytes:
    """The zip of a checkout's `functions/` and `shared/sluice/`, without the local plane and the command line."""
    return zip_of({name: path.read_bytes() for name, path in _sources(checkout)})


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip that depends on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _SAME_DATE)
            entry.external_attr = _READABLE
            entry.create_system = _UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def unpack(zip_bytes: bytes, folder: Path) -> None:
    """Write a package's files below `folder`. Raises UnsafePackage before anything is written."""
    with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
        for entry in archive.infolist():
            _check_entry(entry)
        archive.extractall(folder)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if is_link or path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise UnsafePackage(entry.filename)


def _sources(checkout: Path) -> Iterator[tuple[str, Path]]:
    for root in (checkout / "functions", checkout / "shared" / "sluice"):
        for path in root.rglob("*"):
            name = path.relative_to(root.parent).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and not name.startswith(_NEVER_SHIPPED):
                yield name, path
