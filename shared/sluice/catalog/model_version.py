"""A model version: an artefact and everything that was promised about it, immutable once registered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sluice.catalog.approval import Approval
from sluice.catalog.signature import Signature


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the artefact came from. `parents` are model versions, as "name/number"."""

    training_data_uri: str
    training_data_digest: str
    code_commit: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenExample:
    """Inputs with the outputs that they must give: |output - expected| <= tolerance, strings equal.

    `inputs` and `outputs` map tensor names to nested lists of JSON values.
    """

    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    tolerance: float


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version. Only `approval` ever changes, and each change is in the history.

    `output_meaning` says in words what each output is; `card` is Markdown;
    `manifest_digest` is the SHA-256 of the canonical JSON of everything but number, approval and registration,
    so that the same promise about the same artefact is recognised whichever number it asks for. `reference` are the
    frozen bins of outputs, by name: n + 1 ascending edges of n bins; no entry for an output that nobody watches.
    """

    model: str
    number: int
    artefact: Artefact
    signature: Signature
    feature_names: tuple[str, ...]
    output_meaning: Mapping[str, str]
    lineage: Lineage
    metrics: Mapping[str, float]
    golden_examples: tuple[GoldenExample, ...]
    card: str
    manifest_digest: str
    registered_by: str
    registered_at: datetime
    approval: Approval
    reference: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
