"""The life of an experiment: every move from every state, and that it is one write with its snapshot."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from sluice.errors import (
    Conflict,
    DefinitionChanged,
    InvalidDefinition,
    InvalidRequest,
    MoveRefused,
    SlotsTaken,
    StoreUnavailable,
    UnknownDefinition,
)
from sluice.experiments.experiment import Conclusion, Experiment, ExperimentState
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.ports import Definition, Kind, StoredSnapshot
from sluice.experiments.slot_ranges import SlotRange
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import experiment_history
from tests.unit.catalog.builders import NOON, a_model, an_event
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.flag_plane import ContendedDefinitions

Move = Callable[[ExperimentPlane], Experiment]

MOVES: dict[str, Move] = {
    "edit": lambda plane: plane.define(hypothesis="Another one.").revision.experiment,
    "start": lambda plane: plane.start(),
    "ramp": lambda plane: plane.ramp(),
    "reallocate": lambda plane: plane.reallocate(),
    "stop": lambda plane: plane.stop(),
    "conclude": lambda plane: plane.conclude(),
    "archive": lambda plane: plane.archive(),
}
WAY_TO: dict[str, Sequence[str]] = {
    "draft": (),
    "running": ("start",),
    "stopped": ("start", "stop"),
    "concluded": ("start", "conclude"),
    "archived": ("archive",),
}
ALLOWED = {
    "draft": {"edit", "start", "archive"},
    "running": {"ramp", "reallocate", "stop", "conclude"},
    "stopped": {"conclude"},
    "concluded": {"archive"},
    "archived": set[str](),
}


def a_plane_with(state: str) -> ExperimentPlane:
    plane = ExperimentPlane()
    plane.define()
    for move in WAY_TO[state]:
        MOVES[move](plane)
    return plane


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", WAY_TO)
def test_each_state_allows_its_moves_and_no_others(state: str, move: str) -> None:
    plane = a_plane_with(state)
    before, snapshot = plane.experiment(), plane.snapshot()

    if move in ALLOWED[state]:
        after = MOVES[move](plane)
        assert (after.revision, plane.experiment()) == (before.revision + 1, after)
        return
    with pytest.raises(MoveRefused):
        MOVES[move](plane)
    assert (plane.experiment(), plane.snapshot()) == (before, snapshot)


def test_a_start_claims_the_slots_and_the_models_snapshot_has_it() -> None:
    plane = a_plane_with("draft")
    assert plane.snapshot() is None

    started = plane.start()

    assert started.state is ExperimentState.RUNNING
    assert plane.namespace() == Namespace(
        "checkout", quarantine_days=7, owned=(Ownership("exp-1", (SlotRange(0, 100_000),)),), revision=2
    )
    snapshot = plane.snapshot()
    assert snapshot
    assert snapshot.number == 1
    assert [(each["key"], each["revision"]) for each in snapshot.experiments] == [("exp-1", 2)]
    assert [each["slots"] for each in snapshot.namespaces] == [[[0, 100_000, 0]]]


def test_a_ramp_raises_the_coverage_in_the_snapshot() -> None:
    plane = a_plane_with("running")

    assert plane.ramp(coverage_bps=5_000).coverage_bps == 5_000
    snapshot = plane.snapshot()
    assert snapshot
    assert (snapshot.number, snapshot.experiments[0]["coverage_bps"]) == (2, 5_000)


@pytest.mark.parametrize("coverage_bps", [1_000, 999, 0, -1])
def test_coverage_only_grows(coverage_bps: int) -> None:
    with pytest.raises(MoveRefused, match="coverage is 1000 bps and may only grow"):
        a_plane_with("running").ramp(coverage_bps=coverage_bps)


def test_coverage_ends_at_everybody() -> None:
    with pytest.raises(InvalidDefinition, match="coverage_bps: found 10001"):
        a_plane_with("running").ramp(coverage_bps=10_001)


def test_other_weights_are_another_allocation_version() -> None:
    plane = a_plane_with("running")

    after = plane.reallocate(weights_bps={"control": 1_000, "treatment": 9_000})

    assert ([each.weight_bps for each in after.variants], after.allocation_version) == ([1_000, 9_000], 2)
    snapshot = plane.snapshot()
    assert snapshot
    assert snapshot.experiments[0]["allocation_version"] == 2


@pytest.mark.parametrize(
    ("weights_bps", "error", "message"),
    [
        ({"control": 5_000, "treatment": 5_000}, MoveRefused, "these are its weights already"),
        ({"control": 10_000}, MoveRefused, "weights are needed for control, treatment, found control"),
        ({}, MoveRefused, "weights are needed for control, treatment, found none"),
        ({"control": 1, "treatment": 2}, InvalidDefinition, "weight_bps sum to 3"),
        ({"control": "1", "treatment": 9_999}, InvalidDefinition, "weight_bps: found '1'"),
    ],
)
def test_weights_that_are_none_are_refused(weights_bps: dict[str, int], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        a_plane_with("running").reallocate(weights_bps=weights_bps)


def test_a_stopped_experiment_stays_in_the_snapshot_and_keeps_its_slots() -> None:
    plane = a_plane_with("stopped")

    snapshot = plane.snapshot()
    assert snapshot
    assert [(each["key"], each["stopped"]) for each in snapshot.experiments] == [("exp-1", True)]
    assert [each.experiment for each in plane.namespace().owned] == ["exp-1"]


@pytest.mark.parametrize("variant", ["treatment", None])
def test_a_conclusion_leaves_the_snapshot_and_lays_the_slots_to_rest(variant: str | None) -> None:
    plane = a_plane_with("running")

    after = plane.conclude(variant=variant, change=Change("ann", "it won"))

    assert after.conclusion == Conclusion(variant, "it won")
    namespace = plane.namespace()
    assert (namespace.owned, namespace.quarantined) == (
        (),
        (Quarantine("exp-1", (SlotRange(0, 100_000),), NOON + timedelta(days=7)),),
    )
    snapshot = plane.snapshot()
    assert snapshot
    assert (snapshot.number, snapshot.experiments, snapshot.namespaces) == (2, [], [])


def test_a_conclusion_names_a_variant_that_there_is() -> None:
    with pytest.raises(InvalidDefinition, match=r"conclusion\.variant: found 'other', which is none"):
        a_plane_with("running").conclude(variant="other")


def test_slots_at_rest_are_free_again_after_their_days() -> None:
    plane = a_plane_with("concluded")
    plane.define("exp-2")
    with pytest.raises(SlotsTaken, match="at rest after 'exp-1' until 2026-11-28"):
        plane.start("exp-2")

    plane.clock.pass_days(7)

    assert plane.start("exp-2").state is ExperimentState.RUNNING
    assert plane.namespace().quarantined == ()


def test_every_revision_says_who_when_why_and_by_which_move() -> None:
    plane = ExperimentPlane()
    plane.define()
    plane.clock.pass_days(1)
    plane.start(change=Change("bob", "approved in the review"))
    plane.stop(change=Change("cyd", "the shop is on fire"))

    notes = [each.note for each in experiment_history("exp-1", definitions=plane.definitions)]

    assert [(it.move, it.by, it.why, (it.at - NOON).days) for it in notes] == [
        ("create", "ann", "because", 0),
        ("start", "bob", "approved in the review", 1),
        ("stop", "cyd", "the shop is on fire", 1),
    ]


@pytest.mark.parametrize(
    ("by", "why"), [("", "because"), (" ", "because"), ("ann", ""), ("ann", "\n"), ("ann", "x" * 2_001)]
)
def test_nobody_changes_anything_without_a_name_and_a_reason(by: str, why: str) -> None:
    with pytest.raises(InvalidRequest):
        Change(by, why)


@pytest.mark.parametrize("move", [name for name in MOVES if name != "edit"])
def test_an_experiment_that_is_not_there_is_unknown(move: str) -> None:
    with pytest.raises(UnknownDefinition, match="there is no experiment 'exp-1'"):
        MOVES[move](ExperimentPlane())


MOVES_WITH_CHANGE: dict[str, tuple[str, Callable[[ExperimentPlane, Change], object]]] = {
    "edit": ("draft", lambda plane, change: plane.define(change=change, hypothesis="Another one.")),
    "start": ("draft", lambda plane, change: plane.start(change=change)),
    "archive": ("draft", lambda plane, change: plane.archive(change=change)),
    "ramp": ("running", lambda plane, change: plane.ramp(change=change)),
    "reallocate": ("running", lambda plane, change: plane.reallocate(change=change)),
    "stop": ("running", lambda plane, change: plane.stop(change=change)),
    "conclude": ("running", lambda plane, change: plane.conclude(change=change)),
}


@pytest.mark.parametrize("move", MOVES_WITH_CHANGE)
def test_whoever_expects_another_revision_is_told_that_it_changed(move: str) -> None:
    state, carry_out = MOVES_WITH_CHANGE[move]
    plane = a_plane_with(state)
    before = plane.experiment()

    for seen in (0, before.revision - 1, before.revision + 1):
        with pytest.raises(DefinitionChanged, match="experiment 'exp-1' has just been written by someone else"):
            carry_out(plane, Change("ann", "because", seen))
    assert plane.experiment() == before

    carry_out(plane, Change("ann", "because", before.revision))
    assert plane.experiment().revision == before.revision + 1


class Killed(Exception):
    """The process dies here."""


class DyingDefinitions(ContendedDefinitions):
    """A store whose process dies right before a commit, or right after it."""

    dies = ""

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        if self.dies == "before":
            raise Killed
        super().commit(definitions, snapshot)
        if self.dies == "after":
            raise Killed


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("move", MOVES_WITH_CHANGE)
def test_a_process_that_dies_leaves_all_of_a_move_or_nothing(move: str, moment: str) -> None:
    state, carry_out = MOVES_WITH_CHANGE[move]
    whole, dying = a_plane_with(state), a_plane_with(state)
    untouched = stored(dying)
    change = Change("ann", "because")
    carry_out(whole, change)
    dying.definitions.__class__ = DyingDefinitions
    dying.definitions.dies = moment  # type: ignore[attr-defined]

    with pytest.raises(Killed):
        carry_out(dying, change)

    assert stored(dying) == (untouched if moment == "before" else stored(whole))


def stored(plane: ExperimentPlane) -> object:
    """Everything that a move may touch; the snapshot without the secret, which each store makes for itself."""
    snapshot = plane.snapshot()
    return (
        [each.document for each in plane.definitions.list_all(Kind.EXPERIMENT)],
        [each.document for each in plane.definitions.list_all(Kind.NAMESPACE)],
        (snapshot.number, snapshot.experiments, snapshot.namespaces) if snapshot else None,
    )


def test_a_store_that_fails_changes_nothing_and_says_so() -> None:
    class Failing(ContendedDefinitions):
        def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
            raise StoreUnavailable("table sluice-experiments", "throttled")

    plane = a_plane_with("draft")
    plane.definitions.__class__ = Failing

    with pytest.raises(StoreUnavailable, match="throttled"):
        plane.start()


def test_a_stored_experiment_that_cannot_be_read_is_the_stores_failure_and_not_the_callers() -> None:
    plane = a_plane_with("draft")
    (found,) = plane.definitions.list_all(Kind.EXPERIMENT)
    spoilt = Definition(Kind.EXPERIMENT, "exp-1", 2, {**found.document, "coverage_bps": "all"}, found.note)
    plane.definitions.commit([spoilt])

    with pytest.raises(StoreUnavailable, match=r"experiment 'exp-1' is unavailable: revision 2 cannot be read"):
        plane.start()


def test_a_snapshot_that_would_be_too_large_refuses_the_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.adapters.definition_limits.SNAPSHOT_LIMIT_BYTES", 200)
    plane = a_plane_with("draft")

    with pytest.raises(Conflict, match=r"snapshot 'model:churn' is \d+ bytes as stored, the limit is 200"):
        plane.start()

    assert plane.experiment().state is ExperimentState.DRAFT


def test_each_model_has_a_snapshot_of_its_own_experiments() -> None:
    plane = a_plane_with("running")
    plane.registry.save_model(a_model("fraud"), an_event("fraud"))
    parameters = [{"key": "a", "weight_bps": 5_000}, {"key": "b", "weight_bps": 5_000, "parameters": {"limit": 3}}]

    plane.run("exp-2", model="fraud", slots=[[500_000, 600_000]], variants=parameters)
    plane.ramp("exp-1")

    snapshots = plane.snapshot("churn"), plane.snapshot("fraud")
    assert [[each["key"] for each in it.experiments] for it in snapshots if it] == [["exp-1"], ["exp-2"]]
    assert [it.number for it in snapshots if it] == [2, 1]
