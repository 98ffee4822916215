"""A release: exactly what one Lambda function version serves, for ever."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from sluice.catalog.artefact import Artefact
from sluice.catalog.model import Model
from sluice.catalog.signature import Signature
from sluice.frozen import frozen

LIVE_ALIAS = "live"

MAX_VERSIONS_PER_RELEASE = 90
"""A release is written in one transaction that checks every version's approval; DynamoDB takes 100 items."""


def function_name_of(model_name: str, prefix: str = "") -> str:
    """The Lambda function that serves a model: one per model; `prefix` tells environments of one account apart."""
    return f"{prefix}inference-{model_name}"


@frozen
class ReleaseSettings:
    """How the versions run. Bytes of artefacts loaded at once stay within `session_memory_budget_bytes`."""

    intra_op_threads: int = 0
    """Threads of one prediction; 0 is as many as the function's memory pays processors for."""
    session_memory_budget_bytes: int = 256 * 1024 * 1024
    record_body_limit_bytes: int = 64 * 1024
    """Larger request bodies are kept in the records bucket and named by digest in the record."""
    result_cache_seconds: int = 0
    """How long a result may answer equal inputs in the same environment; 0 computes each anew."""
    result_cache_budget_bytes: int = 16 * 1024 * 1024


@frozen
class ReleasedVersion:
    """What the serving path needs of a model version, copied so that serving never asks the registry."""

    number: int
    artefact: Artefact
    signature: Signature
    reference: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Frozen bins of outputs, as `ModelVersion` has them: what a rollout counts predictions by."""


@frozen
class ReleaseContent:
    """What is served; its digest names it. `preload` is a subset of `versions`; the rest load on first use."""

    model: Model
    default_version: int
    preload: tuple[int, ...]
    versions: Mapping[int, ReleasedVersion]
    settings: ReleaseSettings

    def __post_init__(self) -> None:
        missing = sorted({self.default_version, *self.preload} - set(self.versions))
        if missing:
            raise ValueError(f"default_version and preload name versions {missing} that are not in versions")


@frozen
class Release:
    """A numbered, dated release content; `digest` is the SHA-256 of the content's canonical JSON.

    `note` says why it was published; it is not part of the content.
    """

    number: int
    content: ReleaseContent
    digest: str
    published_by: str
    published_at: datetime
    note: str = ""


@frozen
class ReleaseBinding:
    """A function version and the release that it carries."""

    model: str
    function_version: str
    release: int
    bound_at: datetime
