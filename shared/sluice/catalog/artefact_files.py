"""The files of an artefact, copied aside, so that what is inspected is what is stored."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.errors import ArtefactRefused


def copy_artefact(onnx_file: Path, external_files: Sequence[Path], *, folder: Path) -> Artefact:
    """Copy the .onnx file and its external data into `folder`, and describe the copies.

    Somebody may write to the originals meanwhile; nobody writes to the copies. Raises ArtefactRefused.
    """
    files = []
    for source in (onnx_file, *external_files):
        relative = source.relative_to(onnx_file.parent)
        try:
            content = source.read_bytes()
        except OSError as error:
            raise ArtefactRefused(str(source), f"cannot be read: {error.strerror}") from error
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        files.append(ArtefactFile(relative.as_posix(), sha256(content).hexdigest(), len(content)))
    return Artefact(tuple(files))
