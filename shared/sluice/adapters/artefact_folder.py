"""Artefacts on the local disk, by digest: whole and checked, or absent."""

import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath

from sluice.catalog.model_version import Artefact, ArtefactFile
from sluice.catalog.ports import ContentStore
from sluice.errors import StoreUnavailable


class ArtefactFolder:
    """Files of artefacts side by side, in one folder per artefact digest under `root`.

    Several processes may share `root`: a folder appears complete, by one rename, and what is damaged in it is
    replaced file by file.
    """

    def __init__(self, content: ContentStore, root: Path) -> None:
        self._content = content
        self._root = root

    def fetch(self, artefact: Artefact) -> Path:
        """The path of the .onnx file, with its external data beside it. Raises StoreUnavailable, OSError."""
        folder = self._root / artefact.digest
        if not _is_whole(folder, artefact):
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self._root, ignore_cleanup_errors=True) as building:
                self._write(Path(building), artefact)
                _move(Path(building), folder, artefact)
        return folder / artefact.files[0].path

    def _write(self, folder: Path, artefact: Artefact) -> None:
        for file in artefact.files:
            path = folder / _inside(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._content.get("artefacts", file.digest))


def _move(building: Path, folder: Path, artefact: Artefact) -> None:
    try:
        building.rename(folder)
    except OSError:
        # Another process was faster, or a file was damaged. Who reads there meanwhile must find every file whole.
        for file in artefact.files:
            (folder / _inside(file)).parent.mkdir(parents=True, exist_ok=True)
            (building / _inside(file)).replace(folder / _inside(file))


def _inside(file: ArtefactFile) -> PurePosixPath:
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts:
        raise StoreUnavailable("artefact", f"file {file.path!r} leaves its folder")
    return path


def _is_whole(folder: Path, artefact: Artefact) -> bool:
    return all(_digest_of(folder / _inside(file)) == file.digest for file in artefact.files)


def _digest_of(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
