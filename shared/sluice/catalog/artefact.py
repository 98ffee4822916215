"""An artefact: the files of a model. Apart from what was promised about it, which serving never reads."""

from dataclasses import field
from hashlib import sha256

from sluice.frozen import frozen


@frozen
class ArtefactFile:
    """One file of an artefact: `path` relative to the .onnx file's folder, `digest` SHA-256 in hex."""

    path: str
    digest: str
    size_bytes: int


def _digest_of(files: tuple[ArtefactFile, ...]) -> str:
    if len(files) == 1:
        return files[0].digest
    listing = "".join(f"{file.digest}  {file.path}\n" for file in files)
    return sha256(listing.encode()).hexdigest()


@frozen
class Artefact:
    """The .onnx file first, then its external data files by path. Each is stored under its own digest."""

    files: tuple[ArtefactFile, ...]

    digest: str = field(init=False, compare=False, repr=False)
    """What identifies the whole: of one file its SHA-256, of several that of their `sha256sum` listing."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", _digest_of(self.files))

    @property
    def size_bytes(self) -> int:
        """Bytes of all files together; what the session memory budget counts."""
        return sum(file.size_bytes for file in self.files)
