from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest

from sluice.adapters.dynamodb_rollouts import DynamoRollouts
from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.errors import ArtefactQuarantined, RolloutChanged, StoreUnavailable
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.plan import Gate, GateKind, Plan, Step
from sluice.rollouts.ports import RolloutStore
from sluice.rollouts.readings import Baseline
from sluice.rollouts.state import Phase, RolloutState, Wish
from tests.adapters.conftest import REGION

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAN = Plan(
    "quick",
    (Step(1_000, 120, 600),),
    (Guardrail("errors", GuardrailKind.ERRORS, absolute=0.01),),
    (Gate(GateKind.APPROVAL, 1, approvals=2),),
)


@pytest.fixture(params=["memory", "dynamodb"])
def rollouts(request: pytest.FixtureRequest, moto_url: str) -> RolloutStore:
    """Each store of rollouts in turn."""
    if request.param == "memory":
        return MemoryRollouts()
    return DynamoRollouts(request.getfixturevalue("table_name"), region=REGION, endpoint_url=moto_url)


def a_state(rollout_id: str = "r-1", **facts: Any) -> RolloutState:
    state = RolloutState(rollout_id, "churn", PLAN, "1", "2", 1, 2, "d" * 64, "ann", "because", NOON)
    return replace(state, **facts)


def closed(state: RolloutState, phase: Phase) -> RolloutState:
    return replace(state, phase=phase, closed_at=NOON, closing_reason="it is over")


def test_a_new_store_knows_nothing(rollouts: RolloutStore) -> None:
    assert rollouts.find("churn", "r-1") is None
    assert rollouts.find_open("churn") is None
    assert [*rollouts.list_open(), *rollouts.list_rollouts("churn")] == []
    assert rollouts.quarantined_by("d" * 64) is None


def test_a_rollout_comes_back_with_everything_that_it_was_opened_with(rollouts: RolloutStore) -> None:
    move = Move(MoveKind.PROMOTE, 0, 10_000, ("it passes",), NOON, "controller", 7, {"numbers": {"ratio": 1.5}})
    state = a_state(
        phase=Phase.STEPPING,
        step=0,
        step_started_at=NOON.replace(microsecond=123_456),
        weight_bps=1_000,
        is_paused=True,
        wish=Wish.ROLL_BACK,
        is_asking=True,
        approvals={0: ("bob", "cem")},
        gates_passed=(0,),
        baseline=Baseline({9_900: 12.5}, {9_900: 800.0}),
        lease_until=NOON + timedelta(minutes=10),
        first_step_at=NOON,
        pending=move,
        epoch=3,
    )
    rollouts.open(state)

    assert rollouts.find("churn", "r-1") == rollouts.find_open("churn") == state
    assert list(rollouts.list_open()) == list(rollouts.list_rollouts("churn")) == [state]


def test_a_model_has_one_open_rollout_and_models_keep_apart(rollouts: RolloutStore) -> None:
    rollouts.open(a_state())
    rollouts.open(a_state(model="other", artefact_digest="e" * 64))

    with pytest.raises(RolloutChanged):
        rollouts.open(a_state("r-2"))

    assert rollouts.find("churn", "r-2") is None
    assert [it.model for it in rollouts.list_open()] == ["churn", "other"]


def test_an_id_is_given_once(rollouts: RolloutStore) -> None:
    rollouts.open(a_state())
    rollouts.save(closed(a_state(), Phase.ABORTED))

    with pytest.raises(RolloutChanged):
        rollouts.open(a_state())


def test_a_save_counts_the_revision_and_only_the_stored_one_may_be_saved(rollouts: RolloutStore) -> None:
    state = a_state()
    rollouts.open(state)

    saved = rollouts.save(replace(state, weight_bps=1_000))

    assert saved == replace(state, weight_bps=1_000, revision=2) == rollouts.find("churn", "r-1")
    for revision in (1, 3):
        with pytest.raises(RolloutChanged):
            rollouts.save(replace(saved, revision=revision))


def test_a_controller_of_an_older_epoch_saves_nothing(rollouts: RolloutStore) -> None:
    state = a_state(epoch=2)
    rollouts.open(state)

    with pytest.raises(RolloutChanged):
        rollouts.save(replace(state, epoch=1))
    assert rollouts.save(replace(state, epoch=4)).epoch == 4


def test_nobody_saves_a_rollout_that_was_never_opened(rollouts: RolloutStore) -> None:
    with pytest.raises(RolloutChanged):
        rollouts.save(a_state())


@pytest.mark.parametrize("phase", [Phase.PROMOTED, Phase.ROLLED_BACK, Phase.ABORTED, Phase.HALTED])
def test_a_closed_rollout_is_open_no_more_and_only_what_was_rolled_back_is_quarantined(
    rollouts: RolloutStore, phase: Phase
) -> None:
    rollouts.open(a_state())
    saved = rollouts.save(closed(a_state(), phase))

    assert rollouts.find_open("churn") is None
    assert list(rollouts.list_open()) == []
    assert rollouts.quarantined_by("d" * 64) == ("r-1" if phase is Phase.ROLLED_BACK else None)
    with pytest.raises(RolloutChanged):
        rollouts.save(saved)


def test_what_is_in_quarantine_is_not_opened_until_it_is_released(rollouts: RolloutStore) -> None:
    rollouts.open(a_state())
    rollouts.save(closed(a_state(), Phase.ROLLED_BACK))

    with pytest.raises(ArtefactQuarantined, match="was rolled back by rollout r-1"):
        rollouts.open(a_state("r-2"))
    rollouts.release_from_quarantine("d" * 64)
    rollouts.release_from_quarantine("d" * 64)
    rollouts.open(a_state("r-2"))

    assert [it.rollout_id for it in rollouts.list_open()] == ["r-2"]


def test_a_promoted_rollout_may_be_open_again_unless_another_is(rollouts: RolloutStore) -> None:
    rollouts.open(a_state())
    promoted = rollouts.save(closed(a_state(), Phase.PROMOTED))
    again = replace(promoted, phase=Phase.BAKING, wish=Wish.ROLL_BACK, closed_at=None, closing_reason="")
    rollouts.open(a_state("r-2"))
    with pytest.raises(RolloutChanged):
        rollouts.reopen(again)
    rollouts.save(closed(a_state("r-2"), Phase.ABORTED))

    reopened = rollouts.reopen(again)

    assert reopened == replace(again, revision=3) == rollouts.find_open("churn")
    with pytest.raises(RolloutChanged):
        rollouts.reopen(again)


def test_the_newest_token_of_a_model_is_kept(rollouts: RolloutStore) -> None:
    assert rollouts.find_task_token("churn") is None

    for token in ("first", "second" * 300):
        rollouts.keep_task_token("churn", token)
    rollouts.keep_task_token("fraud", "third")

    assert rollouts.find_task_token("churn") == "second" * 300
    assert rollouts.find_task_token("fraud") == "third"


def test_rollouts_are_listed_newest_first(rollouts: RolloutStore) -> None:
    for number in range(3):
        state = a_state(f"r-{number}", started_at=NOON + timedelta(hours=number))
        rollouts.open(state)
        rollouts.save(closed(state, Phase.ABORTED))

    assert [it.rollout_id for it in rollouts.list_rollouts("churn")] == ["r-2", "r-1", "r-0"]


def test_of_rivals_one_opens_and_one_saves(rollouts: RolloutStore, at_once: Callable[..., list[Any]]) -> None:
    opened = at_once(*[lambda each=each: rollouts.open(a_state(f"r-{each}")) for each in range(6)])
    state = rollouts.list_open()[0]
    saved = at_once(*[lambda each=each: rollouts.save(replace(state, weight_bps=each)) for each in range(6)])

    assert opened.count(None) == 1
    assert [type(it) for it in opened].count(RolloutChanged) == 5
    assert [type(it) for it in saved].count(RolloutState) == 1
    assert [type(it) for it in saved].count(RolloutChanged) == 5


def test_evidence_that_json_has_no_number_for_is_stored_as_the_ledger_tells_it(moto_url: str, table_name: str) -> None:
    rollouts = DynamoRollouts(table_name, region=REGION, endpoint_url=moto_url)
    move = Move(MoveKind.ROLL_BACK, 0, 0, ("worse",), NOON, "controller", 7, {"e_value": inf})
    rollouts.open(a_state(pending=move))

    found = rollouts.find("churn", "r-1")

    assert found
    assert found.pending
    assert found.pending.evidence == {"e_value": {"float": "inf"}}


def test_a_table_that_is_not_there_is_unavailable(moto_url: str) -> None:
    rollouts = DynamoRollouts("nowhere", region=REGION, endpoint_url=moto_url)

    with pytest.raises(StoreUnavailable):
        rollouts.release_from_quarantine("d")
    with pytest.raises(StoreUnavailable):
        rollouts.open(a_state())
