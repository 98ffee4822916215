"""Artefacts on the local disk, by digest: whole and checked, or absent."""

# pathlib and tempfile cost a cold start more than the file system does.
# ruff: noqa: PTH102, PTH103, PTH104, PTH105, PTH112, PTH118, PTH120, PTH123

import os
from hashlib import file_digest
from typing import TYPE_CHECKING

from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from sluice.catalog.ports import ContentStore

_OWNER_ONLY = 0o700


class ArtefactFolder:
    """Files of artefacts side by side, in one folder per artefact digest under `root`.

    Several processes may share `root`: a folder appears complete, by one rename, and what is damaged in it is
    replaced file by file.
    """

    def __init__(self, content: "ContentStore", root: str | os.PathLike[str]) -> None:
        self._content = content
        self._root = os.fspath(root)

    def fetch(self, artefact: Artefact) -> str:
        """The path of the .onnx file, with its external data beside it. Raises StoreUnavailable, OSError."""
        folder = os.path.join(self._root, artefact.digest)
        if not _is_whole(folder, artefact):
            building = _new_folder(self._root)
            try:
                self._write(building, artefact)
                _move(building, folder, artefact)
            finally:
                _remove(building)
        return os.path.join(folder, artefact.files[0].path)

    def _write(self, folder: str, artefact: Artefact) -> None:
        for file in artefact.files:
            path = os.path.join(folder, _inside(file))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as opened:
                opened.write(self._content.get("artefacts", file.digest))


def _new_folder(root: str) -> str:
    os.makedirs(root, mode=_OWNER_ONLY, exist_ok=True)
    folder = os.path.join(root, f".{os.urandom(8).hex()}")
    os.mkdir(folder, _OWNER_ONLY)
    return folder


def _remove(folder: str) -> None:
    if os.path.isdir(folder):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _move(building: str, folder: str, artefact: Artefact) -> None:
    try:
        os.rename(building, folder)
    except OSError:
        # Another process was faster, or a file was damaged. Who reads there meanwhile must find every file whole.
        for file in artefact.files:
            path = os.path.join(folder, _inside(file))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.replace(os.path.join(building, _inside(file)), path)


def _inside(file: ArtefactFile) -> str:
    if file.path.startswith("/") or ".." in file.path.split("/"):
        raise StoreUnavailable("artefact", f"file {file.path!r} leaves its folder")
    return file.path


def _is_whole(folder: str, artefact: Artefact) -> bool:
    return all(_digest_of(os.path.join(folder, _inside(file))) == file.digest for file in artefact.files)


def _digest_of(path: str) -> str | None:
    try:
        with open(path, "rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None
