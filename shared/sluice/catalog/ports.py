"""What the catalog needs from the outside. Every port has an in-memory twin in `adapters/memory*.py`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sluice.catalog.alias import AliasState
from sluice.catalog.approval import Approval, ApprovalState, HistoryEvent
from sluice.catalog.model import Model
from sluice.catalog.model_version import GoldenExample, ModelVersion
from sluice.catalog.release import Release, ReleaseBinding
from sluice.catalog.signature import Signature


class Registry(Protocol):
    """Models, versions, releases and their history; every write carries its condition.

    Every method may raise StoreUnavailable.
    """

    def save_model(self, model: Model, event: HistoryEvent) -> None:
        """Create the model or replace its facts, and append the event, in one write."""
        ...

    def find_model(self, name: str) -> Model | None:
        """The model, or None."""
        ...

    def list_models(self) -> Sequence[Model]:
        """Every model, by name."""
        ...

    def add_version(self, version: ModelVersion, event: HistoryEvent) -> None:
        """Store a version whose number is free. Raises ModelVersionTaken for the loser of a race."""
        ...

    def find_version(self, model: str, number: int) -> ModelVersion | None:
        """The version, or None; strongly consistent."""
        ...

    def list_versions(self, model: str) -> Sequence[ModelVersion]:
        """Every version of the model, by number."""
        ...

    def newest_approvals(self, model: str, *, limit: int, before: int | None = None) -> Sequence[tuple[int, Approval]]:
        """Numbers and approvals of the newest versions, newest first, `limit` at most, older than `before` only.

        It reads no more than it gives, however many versions there are.
        """
        ...

    def latest_version_number(self, model: str) -> int:
        """The highest registered number, 0 if there is none; strongly consistent."""
        ...

    def change_approval(
        self, version: ModelVersion, approval: Approval, *, expected: ApprovalState, event: HistoryEvent
    ) -> None:
        """Set the approval if the stored state is still `expected`, else raise IllegalApproval."""
        ...

    def list_history(self, model: str) -> Sequence[HistoryEvent]:
        """Everything that happened to the model, oldest first."""
        ...

    def add_release(self, release: Release, event: HistoryEvent) -> None:
        """Store a release whose number is free and whose versions are all approved at this instant.

        Raises ReleaseTaken for the loser of a race, NotApproved.
        """
        ...

    def latest_release(self, model: str) -> Release | None:
        """The release with the highest number, or None; strongly consistent."""
        ...

    def find_release(self, model: str, number: int) -> Release | None:
        """The release, or None; strongly consistent."""
        ...

    def list_releases(self, model: str) -> Sequence[Release]:
        """Every release of the model, by number."""
        ...

    def bind_function_version(self, binding: ReleaseBinding) -> None:
        """Bind once; the same binding again is accepted, another raises ReleaseBindingTaken."""
        ...

    def find_binding(self, model: str, function_version: str) -> ReleaseBinding | None:
        """What the function version carries, None if nothing was bound to it; strongly consistent."""
        ...

    def list_bindings(self, model: str) -> Sequence[ReleaseBinding]:
        """Every function version of the model and its release, oldest first."""
        ...


class ContentStore(Protocol):
    """Immutable bytes under their own SHA-256. `kind` is the folder: artefacts, releases, bodies."""

    def put(self, kind: str, content: bytes) -> str:
        """Store and return the digest; the same content again is a no-op. Raises StoreUnavailable."""
        ...

    def get(self, kind: str, digest: str) -> bytes:
        """The bytes, checked against the digest. Raises StoreUnavailable if absent or different."""
        ...


class ArtefactInspector(Protocol):
    """Opens an ONNX file that nobody trusts yet, where a crash cannot hurt the caller."""

    def read_signature(self, onnx_file: Path) -> Signature:
        """The graph's own signature. Raises ArtefactRefused."""
        ...

    def external_files(self, onnx_file: Path) -> Sequence[Path]:
        """External data files, inside the .onnx file's folder, by path. Raises ArtefactRefused for any other."""
        ...

    def check_fidelity(self, onnx_file: Path, examples: Sequence[GoldenExample]) -> None:
        """Run every example through ONNX Runtime. Raises FidelityMismatch or ArtefactRefused."""
        ...


class FunctionPublisher(Protocol):
    """The Lambda side of a release: function versions, and who gets traffic."""

    def function_name(self, model: str) -> str:
        """What the model's function is called here."""
        ...

    def publish(self, model: str, release: Release) -> str:
        """Set the release on the function, publish a function version, return its number once it is ready.

        Idempotent: the same release on the same code gives the same function version. Raises UnknownFunction,
        PublishFailed, and Conflict if the function was changed meanwhile.
        """
        ...

    def deployment_of(self, model: str, function_version: str) -> str:
        """The deployment that the function version's code and settings are of; "" if nobody said.

        LATEST_VERSION stands for the function itself. Raises NotFound, StoreUnavailable.
        """
        ...

    def alias(self, model: str) -> AliasState | None:
        """The `live` alias, or None before the first release."""
        ...

    def create_alias(self, model: str, function_version: str) -> AliasState:
        """Create `live` on the first release. Raises AliasRefused if it exists."""
        ...

    def require_published(self, model: str, function_version: str) -> None:
        """Raise AliasRefused, in the service's own words, if the function has no such version."""
        ...

    def shift(self, model: str, wanted: AliasState) -> AliasState:
        """Write the alias if its revision is still `wanted.revision_id`. Raises AliasRefused, changes nothing then."""
        ...
