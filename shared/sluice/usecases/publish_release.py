"""Publish a release: its document, its record, its function version, its binding, in this order.

A process may die between any two of these steps; the same call again takes up where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sluice.catalog.alias import AliasState
from sluice.catalog.approval import HistoryEvent
from sluice.catalog.ports import ContentStore, FunctionPublisher, Registry
from sluice.catalog.release import Release, ReleaseBinding, ReleaseContent
from sluice.catalog.release_document import content_digest, content_to_bytes
from sluice.clock import Clock
from sluice.errors import AliasRefused, Conflict, ReleaseTaken
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.compose_release import ReleaseWish, compose_release
from sluice.usecases.experiment_needs import NOTHING_NEEDED, ExperimentNeeds, experiment_needs

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


def publish_release(  # noqa: PLR0913 - every port is named
    model: str,
    wish: ReleaseWish,
    *,
    registry: Registry,
    content: ContentStore,
    publisher: FunctionPublisher,
    clock: Clock,
    by: str,
    definitions: DefinitionStore | None = None,
) -> PublishedRelease:
    """Publish what `wish` says, or take up the latest release if it says the same.

    With `definitions` it also preloads what running experiments need, and its note says so.
    Traffic moves only if nothing served before and nobody moved any: the model's first release gets all of it. Raises
    UnknownModel, UnknownModelVersion, NotApproved, InvalidRequest, UnknownFunction, PublishFailed, Conflict,
    StoreUnavailable.
    """
    needs = experiment_needs(model, registry=registry, definitions=definitions) if definitions else NOTHING_NEEDED
    released = compose_release(model, wish, registry=registry, needs=needs)
    content.put("releases", content_to_bytes(released))
    note = "; ".join(filter(None, (wish.note, str(needs))))
    release = _release(released, registry, clock=clock, by=by, note=note)
    function_version = publisher.publish(model, release)
    registry.bind_function_version(ReleaseBinding(model, function_version, release.number, clock.now()))
    alias = _alias(model, function_version, publisher)
    if _awaits_the_first_release(alias, registry.list_bindings(model)):
        alias = _first_traffic(model, alias, function_version, publisher)
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


def _awaits_the_first_release(alias: AliasState, bindings: Sequence[ReleaseBinding]) -> bool:
    """A deployed alias begins on a function version that carries none, and answers 503; a candidate is a person's."""
    carriers = {binding.function_version for binding in bindings}
    return alias.candidate_version is None and alias.stable_version not in carriers


def _first_traffic(model: str, alias: AliasState, function_version: str, publisher: FunctionPublisher) -> AliasState:
    """All traffic to the first release; whoever moved the alias meanwhile has the last word."""
    wanted = replace(alias, stable_version=function_version, candidate_version=None, candidate_weight_bps=0)
    try:
        return publisher.shift(model, wanted)
    except AliasRefused:
        moved = publisher.alias(model)
        if moved is None or moved.revision_id == alias.revision_id:
            raise
        return moved


def _alias(model: str, function_version: str, publisher: FunctionPublisher) -> AliasState:
    """The live alias, created if this is the model's first release."""
    alias = publisher.alias(model)
    if alias is not None:
        return alias
    try:
        return publisher.create_alias(model, function_version)
    except AliasRefused:
        created = publisher.alias(model)  # by someone who published at the same time
        if created is None:
            raise
        return created
