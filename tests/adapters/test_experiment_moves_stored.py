"""The life of experiments over every store of definitions and units, with nothing of DynamoDB's left out."""

from collections.abc import Callable, Sequence
from typing import Any

from sluice.errors import Conflict, SlotsTaken
from sluice.experiments.experiment import Experiment
from sluice.experiments.ports import DefinitionStore, StoredSnapshot, UnitStore
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.usecases.find_experiment import experiment_history
from sluice.usecases.merge_identities import Merger, merge_identities
from sluice.usecases.override_unit import ForcedVariant, override_unit, remove_override
from tests.unit.experiments.running import stored
from tests.unit.usecases.experiment_plane import CHANGE, ExperimentPlane

AtOnce = Callable[..., list[Any]]


def a_plane(definitions: DefinitionStore) -> ExperimentPlane:
    return ExperimentPlane(definitions=definitions)  # type: ignore[arg-type]  # nobody contends here


def running_in(snapshot: StoredSnapshot | None) -> Sequence[str]:
    return [each["key"] for each in decode_model_snapshot(snapshot).experiments] if snapshot else []


def test_an_experiment_lives_from_draft_to_archive(definitions: DefinitionStore) -> None:
    plane = a_plane(definitions)
    plane.define()

    lived = [
        plane.start(),
        plane.ramp(),
        plane.reallocate(),
        plane.stop(),
        plane.conclude(),
        plane.archive(),
    ]

    history = [each.experiment for each in experiment_history("exp-1", definitions=definitions)]
    assert history[1:] == lived
    assert [each.revision for each in history] == [1, 2, 3, 4, 5, 6, 7]
    snapshot = definitions.find_snapshot(subject_of("churn"))
    assert snapshot
    assert (snapshot.number, running_in(snapshot)) == (5, [])
    assert (plane.namespace().owned, len(plane.namespace().quarantined)) == ((), 1)


def test_starts_at_once_leave_every_slot_with_one_owner_and_a_snapshot_that_knows_all(
    definitions: DefinitionStore, at_once: AtOnce
) -> None:
    plane = a_plane(definitions)
    for key, first in (("exp-1", 0), ("exp-2", 0), ("exp-3", 500)):
        plane.define(key, slots=[[first, first + 500]])

    outcomes = at_once(*(lambda key=key: plane.start(key) for key in ("exp-1", "exp-2", "exp-3")))

    started = {each.key for each in outcomes if isinstance(each, Experiment)}
    refused = [each for each in outcomes if not isinstance(each, Experiment)]
    assert all(isinstance(each, Conflict) for each in refused), refused
    assert len(started & {"exp-1", "exp-2"}) <= 1
    assert {each.experiment for each in plane.namespace().owned} == started
    assert set(running_in(definitions.find_snapshot(subject_of("churn")))) == started
    assert started
    if {"exp-1", "exp-2"} & started:
        assert any(isinstance(each, SlotsTaken) for each in refused)


def test_units_are_forced_and_merged(units: UnitStore) -> None:
    plane = ExperimentPlane()
    plane.run()
    wanted = ForcedVariant("user", "u/1", "exp-1", "treatment", 3)
    override = override_unit(wanted, change=CHANGE, units=units, **plane.stores)
    units.put_if_absent("user", "anonymous", stored("exp-1", "treatment"))
    units.put_if_absent("user", "anonymous", stored("exp-2", "control"))
    units.put_if_absent("user", "known", stored("exp-1", "control"))
    ids = {"anonymous_id": "anonymous", "known_id": "known"}

    merged = [merge_identities("user", **ids, units=units, clock=plane.clock) for _ in range(2)]

    assert merged == [Merger(("exp-2",), ("exp-1",))] * 2
    assert units.load("user", "known", now=plane.clock.now()).assignments == {
        "exp-1": stored("exp-1", "control", crossed_over=True),
        "exp-2": stored("exp-2", "control"),
    }
    assert units.load("user", "u/1", now=plane.clock.now()).overrides == {"exp-1": override}
    assert remove_override("user", "u/1", "exp-1", units=units)
