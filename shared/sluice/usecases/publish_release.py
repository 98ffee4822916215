"""Publish a release: its document, its record, its function version, its binding, in this order.

A process may die between any two of these steps; the same call again takes up where it stopped.
"""

from dataclasses import dataclass, replace

from sluice.catalog.alias import AliasState
from sluice.catalog.approval import HistoryEvent
from sluice.catalog.ports import ContentStore, Registry
from sluice.catalog.release import Release, ReleaseBinding, ReleaseContent
from sluice.catalog.release_document import content_digest, content_to_bytes
from sluice.clock import Clock
from sluice.errors import AliasRefused, Conflict, ReleaseTaken
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.alias_ports import AliasPorts
from sluice.usecases.compose_release import ReleaseWish, compose_release
from sluice.usecases.experiment_needs import NOTHING_NEEDED, ExperimentNeeds, experiment_needs
from sluice.usecases.recorded_alias import RecordedAlias

_NUMBER_TRIES = 5


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release, its function version, and the alias as it is: unmoved, unless nothing served before.

    `needs` is what running experiments asked of the release.
    """

    release: Release
    function_version: str
    alias: AliasState
    needs: ExperimentNeeds = NOTHING_NEEDED


def publish_release(
    model: str,
    wish: ReleaseWish,
    *,
    ports: AliasPorts,
    content: ContentStore,
    by: str,
    definitions: DefinitionStore | None = None,
) -> PublishedRelease:
    """Publish what `wish` says, or take up the latest release if it says the same.

    With `definitions` it also preloads what running experiments need, and its note says so.
    Traffic moves only if nothing served before and nobody moved any: the model's first release gets all of it, and the
    ledger says so. Raises UnknownModel, UnknownModelVersion, NotApproved, InvalidRequest, UnknownFunction,
    PublishFailed, Conflict, LedgerMoved, LedgerBroken, StoreUnavailable.
    """
    registry, publisher, clock = ports.registry, ports.publisher, ports.clock
    needs = experiment_needs(model, registry=registry, definitions=definitions) if definitions else NOTHING_NEEDED
    released = compose_release(model, wish, registry=registry, needs=needs)
    content.put("releases", content_to_bytes(released))
    note = "; ".join(filter(None, (wish.note, str(needs))))
    release = _release(released, registry, clock=clock, by=by, note=note)
    function_version = publisher.publish(model, release)
    registry.bind_function_version(ReleaseBinding(model, function_version, release.number, clock.now()))
    why = f"release {release.number}, the first that is published"
    alias = _with_first_traffic(RecordedAlias(model, by, why, ports), function_version)
    return PublishedRelease(release, function_version, alias, needs)


def _release(released: ReleaseContent, registry: Registry, *, clock: Clock, by: str, note: str) -> Release:
    """The latest release if its content is the same, else a new one, whoever else publishes meanwhile."""
    name, digest = released.model.name, content_digest(released)
    for _ in range(_NUMBER_TRIES):
        latest = registry.latest_release(name)
        if latest and latest.digest == digest:
            return latest
        release = Release(latest.number + 1 if latest else 1, released, digest, by, clock.now(), note)
        why = f"release {release.number}, digest {digest}" + (f": {note}" if note else "")
        event = HistoryEvent(name, None, "release published", by, release.published_at, why)
        try:
            registry.add_release(release, event)
        except ReleaseTaken:
            continue
        return release
    raise Conflict(f"{name}: others published at the same time {_NUMBER_TRIES} times over; try again")


def _awaits_the_first_release(found: AliasState, alias: RecordedAlias) -> bool:
    """A deployed alias begins on a function version that carries none, and answers 503; a candidate is a person's."""
    carriers = {binding.function_version for binding in alias.ports.registry.list_bindings(alias.model)}
    return found.candidate_version is None and found.stable_version not in carriers


def _with_first_traffic(alias: RecordedAlias, function_version: str) -> AliasState:
    """The alias: made, or moved, if nothing serves; whoever does so meanwhile has the last word."""
    found = alias.look()
    if found and not _awaits_the_first_release(found, alias):
        return found
    try:
        if found is None:
            return alias.create(function_version)
        wanted = replace(found, stable_version=function_version, candidate_version=None, candidate_weight_bps=0)
        return alias.move(found, wanted)
    except AliasRefused:
        moved = alias.look()
        if moved is None or _awaits_the_first_release(moved, alias):
            raise
        return moved
