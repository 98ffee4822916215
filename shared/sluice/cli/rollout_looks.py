"""Looks at a rollout: where it stands, and what the judge would say now, as a tick of its controller sees it."""

from threading import Event
from typing import TYPE_CHECKING, Any

from sluice.cli.rollout_connections import RolloutConnections
from sluice.errors import UnknownDefinition

if TYPE_CHECKING:
    from sluice.rollouts.state import RolloutState


def open_rollout_of(model: str, rollouts: RolloutConnections) -> "RolloutState":
    """The model's open rollout. Raises UnknownDefinition."""
    found = rollouts.ports.store.find_open(model)
    if found is None:
        raise UnknownDefinition("open rollout of model", model)
    return found


def newest_rollout_of(model: str, rollouts: RolloutConnections) -> "RolloutState":
    """The open one, else the newest. Raises UnknownDefinition."""
    store = rollouts.ports.store
    found = store.find_open(model) or next(iter(store.list_rollouts(model)), None)
    if found is None:
        raise UnknownDefinition("rollout of model", model)
    return found


def look_at_newest(model: str, rollouts: RolloutConnections) -> dict[str, Any]:
    """The newest rollout with its verdicts. Raises UnknownDefinition."""
    return look_at(newest_rollout_of(model, rollouts), rollouts)


def look_at(state: "RolloutState", rollouts: RolloutConnections) -> dict[str, Any]:
    """A rollout with its verdicts as they are now; one that is over has none."""
    from sluice.rollouts.rollout_view import rollout_view
    from sluice.usecases.rollout_reading import read_rollout

    document = rollout_view(state, now=rollouts.clock.now())
    if state.is_closed:
        return {**document, "verdicts": [], "problem": ""}
    reading = read_rollout(state, ports=rollouts.controller_ports)
    return {**document, "verdicts": reading.evidence, "problem": reading.problem}


def watch_rollout(model: str, rollouts: RolloutConnections, *, every_seconds: float, as_json: bool) -> None:
    """Look until it is over: one JSON document per look, or one picture that changes. Raises UnknownDefinition."""
    from sluice.cli.live_picture import LivePicture

    state, never = newest_rollout_of(model, rollouts), Event()
    with LivePicture(as_json=as_json) as picture:
        while True:
            found = rollouts.ports.store.find(model, state.rollout_id)
            document = look_at(found or state, rollouts)
            picture.show(document)
            if document["closed_at"] is not None:
                return
            never.wait(every_seconds)


def story_document(model: str, rollout_id: str | None, rollouts: RolloutConnections) -> dict[str, Any]:
    """A rollout and its chapters from the ledger. Raises UnknownDefinition."""
    from sluice.rollouts.rollout_view import rollout_view
    from sluice.rollouts.story import story_of
    from sluice.usecases.rollout_request import find_rollout

    state = find_rollout(model, rollout_id, ports=rollouts.ports) if rollout_id else newest_rollout_of(model, rollouts)
    records = (entry.record for entry in rollouts.ports.ledger.ledger.entries(model))
    story = [each.to_document() for each in story_of(records, state.rollout_id)]
    return {**rollout_view(state, now=rollouts.clock.now()), "story": story}
