"""Delete the function versions that nobody needs any more; AWS itself refuses those that an alias points to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.errors import UnknownModel
from sluice.rollouts.janitor import Fate, Keeping, PublishedVersion, fates
from sluice.rollouts.ports import RolloutStore


class FunctionVersions(Protocol):
    """The published versions of a model's function."""

    def list_published(self, model: str) -> Sequence[PublishedVersion]:
        """All of them but $LATEST, by number. Raises UnknownFunction, StoreUnavailable."""
        ...

    def delete(self, model: str, function_version: str) -> None:
        """Delete one; one that is gone is gone. Raises AliasRefused if an alias points to it, StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """What says which versions are needed, and what deletes the rest."""

    registry: Registry
    publisher: FunctionPublisher
    rollouts: RolloutStore
    versions: FunctionVersions
    clock: Clock


def sweep_versions(model: str, keeping: Keeping, *, ports: SweepPorts, is_rehearsal: bool = False) -> dict[str, Fate]:
    """Every version's fate; what is SWEPT is deleted, unless `is_rehearsal`. Killed anywhere, it is simply run again.

    Raises UnknownModel, UnknownFunction, StoreUnavailable, AliasRefused where the alias moved meanwhile.
    """
    if ports.registry.find_model(model) is None:
        raise UnknownModel(model)
    decided = fates(
        ports.versions.list_published(model),
        alias=ports.publisher.alias(model),
        bindings=ports.registry.list_bindings(model),
        rollouts=ports.rollouts.list_rollouts(model),
        keeping=keeping,
        now=ports.clock.now(),
    )
    if not is_rehearsal:
        for function_version, fate in decided.items():
            if fate is Fate.SWEPT:
                ports.versions.delete(model, function_version)
    return decided
