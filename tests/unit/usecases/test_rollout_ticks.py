from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.errors import (
    AliasRefused,
    ArtefactQuarantined,
    CandidateFailed,
    Conflict,
    InvalidRequest,
    MoveRefused,
    RolloutChanged,
    RolloutOpen,
    StoreUnavailable,
    UnknownDefinition,
    UnknownModel,
)
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind
from sluice.rollouts.shares import Shares
from sluice.rollouts.state import Phase, RolloutState
from sluice.rollouts.verdict import Verdict
from sluice.usecases.advance_rollout import TickAction
from sluice.usecases.refuse_open_rollout import refuse_open_rollout
from sluice.usecases.roll_back_rollout import release_from_quarantine
from sluice.usecases.rollout_ports import GateAnswer
from sluice.usecases.rollout_request import RolloutRequest
from sluice.usecases.start_rollout import take_over_rollout
from tests.unit.usecases.rollout_world import LEASE, MODEL, ROLLOUT, RolloutWorld, a_plan

STABLE, STEP_1, STEP_2, PROMOTED = (
    Shares("1", None, 0),
    Shares("1", "2", 1_000),
    Shares("1", "2", 3_000),
    Shares("2", None, 0),
)


def in_step_one() -> RolloutWorld:
    world = RolloutWorld()
    world.start()
    world.tick()
    return world


def promoted() -> RolloutWorld:
    world = RolloutWorld()
    world.start()
    world.tick_until_over()
    assert world.state.phase is Phase.PROMOTED
    return world


def test_a_good_candidate_goes_step_by_step_to_all_traffic_bakes_and_is_closed() -> None:
    world = RolloutWorld()
    world.start()
    seen = []
    while not (advanced := world.tick()).is_over:
        seen.append((advanced.action, world.shares))

    moves = [it for it in seen if it[0] is not TickAction.HOLD]
    assert moves == [(TickAction.ADVANCE, STEP_1), (TickAction.ADVANCE, STEP_2), (TickAction.PROMOTE, PROMOTED)]
    assert (advanced.action, advanced.state.phase, world.shares) == (TickAction.CLOSE, Phase.PROMOTED, PROMOTED)
    assert world.store.find_open(MODEL) is None
    told = [it["type"] for it in world.records()]
    assert told[0] == "ROLLOUT_STARTED"
    assert told[-1] == "CLOSED"
    assert told.count("INTENT") == told.count("EFFECT") == 3
    world.check_ledger_explains_alias()


def test_a_bad_candidate_is_rolled_back_with_an_incident_and_its_artefact_is_quarantined() -> None:
    world = in_step_one()
    world.judge.verdict = Verdict.FAIL

    advanced = world.tick()

    assert (advanced.action, world.state.phase, world.shares) == (TickAction.ROLL_BACK, Phase.ROLLED_BACK, STABLE)
    [incident] = world.records("INCIDENT")
    assert (incident["owner"], incident["runbook"]) == ("growth", "docs/runbook.md#rolled-back")
    assert incident["evidence"]["judgements"][0]["numbers"] == {"ratio": 1.5}
    assert (incident["began_at"], incident["restored_at"]) == ("2026-11-21T12:01:00Z", "2026-11-21T12:02:00Z")
    [told] = [it.detail for it in world.events.told if it.kind == "RolloutIncident"]
    assert (told["seconds_to_detect"], told["seconds_to_restore"]) == (60, 60)
    with pytest.raises(ArtefactQuarantined):
        world.start(rollout_id="r-2")


def test_a_breach_after_the_promotion_still_rolls_back() -> None:
    world = in_step_one()
    while world.state.phase is not Phase.BAKING:
        world.tick()
    world.judge.verdict = Verdict.FAIL

    world.tick()

    assert (world.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.NO_DATA])
def test_no_news_is_no_good_news_it_holds_then_asks_once(verdict: Verdict) -> None:
    world = in_step_one()
    world.judge.verdict = verdict

    actions = [world.tick().action for _ in range(13)]

    assert set(actions[:9]) == {TickAction.HOLD}
    assert set(actions[10:]) == {TickAction.ASK}
    assert world.shares == STEP_1
    assert [it["action"] for it in world.records("DECISION")] == ["advance", "ask"]
    assert [it.kind for it in world.events.told].count("RolloutAsks") == 1


def test_a_plan_may_roll_back_where_nobody_can_judge_in_time() -> None:
    world = RolloutWorld()
    world.start(a_plan(at_the_limit=AtTheLimit.ROLL_BACK))
    world.judge.verdict = Verdict.NO_DATA

    assert world.tick_until_over().phase is Phase.ROLLED_BACK


def test_readings_that_fail_hold_the_rollout_and_the_lease_goes_on() -> None:
    class Blind(MemoryMetricsSource):
        def windows(self, *args: object, **kwargs: object) -> list[object]:  # type: ignore[override]
            raise StoreUnavailable("metrics", "late")

        baseline = windows  # type: ignore[assignment]

    world = in_step_one()
    world.metrics.__class__ = Blind
    world.tick(3)

    advanced = world.tick()

    assert (advanced.action, world.shares) == (TickAction.HOLD, STEP_1)
    assert advanced.reasons[-1] == "readings are not available: metrics is unavailable: late"
    assert world.state.lease_until == world.clock.at + LEASE


def test_a_candidate_that_cannot_answer_never_gets_traffic() -> None:
    def crash(state: RolloutState) -> None:
        raise CandidateFailed(state.candidate_version, "init")

    world = RolloutWorld(warm_up=crash)
    world.start()

    advanced = world.tick()

    assert (advanced.action, world.state.phase, world.shares) == (TickAction.ROLL_BACK, Phase.ROLLED_BACK, STABLE)
    assert "it failed before it had any traffic" in world.state.closing_reason
    assert [it["after"]["candidate_weight_bps"] for it in world.records("INTENT")] == [0]


def test_a_hook_is_asked_until_it_says_yes_and_that_is_recorded_once() -> None:
    answers = [None, GateAnswer(False, "not yet"), GateAnswer(True, "go", {"checks": 3})]
    world = RolloutWorld(ask_gate=lambda state, gate: answers.pop(0))
    world.start(a_plan(gates=(Gate(GateKind.HOOK, 0, hook="check"),)))

    assert [world.tick().action for _ in range(3)] == [TickAction.ASK, TickAction.ASK, TickAction.ADVANCE]
    assert [it["why"] for it in world.records("GATE")] == ["go"]
    assert world.state.gates_passed == (0,)


def test_two_people_approve_and_neither_is_who_started_it() -> None:
    world = RolloutWorld()
    world.start(a_plan(gates=(Gate(GateKind.APPROVAL, 0, approvals=2),)))
    assert world.tick().action is TickAction.ASK

    with pytest.raises(MoveRefused, match="ann started it, and 2 others must approve"):
        world.ask("approve", by="ann")
    with pytest.raises(MoveRefused, match="gate 1 is not approved"):
        world.ask("promote")
    world.ask("approve", by="bob")
    assert world.ask("approve", by="bob").gates_passed == ()
    assert world.tick().action is TickAction.ASK
    world.ask("approve", by="cem")
    world.ask("approve", by="cem")

    assert world.tick().action is TickAction.ADVANCE
    assert [it["actor"] for it in world.records("APPROVAL")] == ["bob", "cem"]


def test_an_approval_that_nobody_waits_for_is_refused() -> None:
    with pytest.raises(MoveRefused, match="no gate waits"):
        in_step_one().ask("approve", by="bob")


def test_a_pause_holds_and_a_breach_still_rolls_back() -> None:
    world = in_step_one()
    world.ask("pause")
    world.ask("pause")

    assert {world.tick().action for _ in range(5)} == {TickAction.HOLD}
    world.ask("resume")
    assert world.tick().action is TickAction.ADVANCE
    world.ask("pause")
    world.judge.verdict = Verdict.FAIL
    assert world.tick().action is TickAction.ROLL_BACK
    assert [it["type"] for it in world.records("PAUSED", "RESUMED")] == ["PAUSED", "RESUMED", "PAUSED"]


def test_promote_gives_all_traffic_at_once_and_asking_again_changes_nothing() -> None:
    world = in_step_one()
    world.ask("promote")
    world.ask("promote")

    assert world.tick().action is TickAction.PROMOTE
    world.ask("promote")
    assert world.shares == PROMOTED
    assert len(world.records("WISH")) == 1


def test_abort_takes_the_traffic_away_and_leaves_the_artefact_free() -> None:
    world = in_step_one()
    world.ask("abort")
    with pytest.raises(MoveRefused, match="somebody asked to take it back"):
        world.ask("promote")
    world.tick()
    world.ask("abort")

    assert (world.state.phase, world.shares) == (Phase.ABORTED, STABLE)
    assert len(world.records("WISH")) == len(world.records("INCIDENT")) == 1
    assert world.start(rollout_id="r-2").phase is Phase.PREPARING


def test_an_abort_before_any_traffic_is_no_incident() -> None:
    world = RolloutWorld()
    world.start()
    world.ask("abort")
    world.tick()

    assert world.state.phase is Phase.ABORTED
    assert world.records("INCIDENT") == []


@pytest.mark.parametrize("verb", ["pause", "resume", "approve", "abort"])
def test_nothing_can_be_asked_of_a_closed_rollout(verb: str) -> None:
    with pytest.raises(MoveRefused, match="it is PROMOTED: the last bake is over"):
        promoted().ask(verb)


def test_a_promoted_rollout_is_rolled_back_by_a_controller_of_the_next_epoch() -> None:
    world = promoted()
    world.ask("roll_back")
    world.ask("roll_back")

    assert world.controllers.started == [(MODEL, ROLLOUT, 1), (MODEL, ROLLOUT, 2)]
    assert world.tick(epoch=1).action is TickAction.SUPERSEDED
    world.tick(epoch=2)
    assert (world.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)
    assert world.store.quarantined_by(world.state.artefact_digest) == ROLLOUT


def test_a_promoted_rollout_is_not_rolled_back_over_what_came_after_it() -> None:
    world = promoted()
    world.move_alias_by_hand("1")

    with pytest.raises(MoveRefused, match="the alias has moved on"):
        world.ask("roll_back")


def test_nor_once_the_version_before_it_is_gone() -> None:
    class Janitor(MemoryPublisher):
        def require_published(self, model: str, function_version: str) -> None:
            raise AliasRefused("ResourceNotFoundException", "gone")

    world = promoted()
    world.publisher.__class__ = Janitor

    with pytest.raises(MoveRefused, match="function version 1, which was stable before, is not kept"):
        world.ask("roll_back")


def test_an_open_rollout_is_rolled_back_on_request_into_quarantine_and_released_from_it_with_a_reason() -> None:
    world = in_step_one()
    world.ask("roll_back")
    world.tick()
    request = RolloutRequest(MODEL, ROLLOUT, "bob", "the fault was elsewhere")

    assert world.state.phase is Phase.ROLLED_BACK
    assert release_from_quarantine(request, ports=world.ports)
    assert not release_from_quarantine(request, ports=world.ports)
    assert [it["why"] for it in world.records("QUARANTINE_RELEASED")] == ["the fault was elsewhere"]
    assert world.start(rollout_id="r-2").phase is Phase.PREPARING


def test_an_alias_that_someone_else_moved_stops_everything_and_is_left_as_it_is() -> None:
    world = in_step_one()
    world.move_alias_by_hand("1", "2", 5_000)

    advanced = world.tick()

    assert (advanced.action, world.state.phase) == (TickAction.HALTED, Phase.HALTED)
    assert world.shares == Shares("1", "2", 5_000)
    assert [it["type"] for it in world.records()][-3:] == ["FOREIGN_CHANGE", "INCIDENT", "CLOSED"]
    assert world.tick().action is TickAction.CLOSED


def test_a_failsafe_restores_what_nobody_has_ticked_for_longer_than_the_lease_and_stops_its_controller() -> None:
    world = in_step_one()
    world.pass_minutes(9)
    assert world.failsafe() == []
    world.pass_minutes(2)

    [restored] = world.failsafe()

    assert (restored.state.phase, restored.problem, world.shares) == (Phase.ROLLED_BACK, "", STABLE)
    assert world.records("INTENT")[-1]["actor"] == "rollout-failsafe"
    assert world.tick().action is TickAction.CLOSED
    world.check_ledger_explains_alias()


def test_a_failsafe_goes_on_with_other_rollouts_and_tries_a_throttled_one_again() -> None:
    class Throttled(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            raise StoreUnavailable("function churn", "throttled")

    world = in_step_one()
    world.pass_minutes(11)
    world.publisher.__class__ = Throttled
    [failed] = world.failsafe()
    world.publisher.__class__ = MemoryPublisher

    [restored] = world.failsafe()

    assert failed.problem == "function churn is unavailable: throttled"
    assert (restored.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)


def test_a_tick_that_fails_renews_no_lease() -> None:
    class Refusing(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            raise AliasRefused("InvalidParameterValueException", "no")

    world = in_step_one()
    leased = world.state.lease_until
    world.publisher.__class__ = Refusing
    world.pass_minutes(2)

    for _ in range(3):
        with pytest.raises(AliasRefused):
            world.tick()

    assert world.state.lease_until == leased


def test_a_throttled_alias_is_written_by_a_later_tick() -> None:
    refusals = [StoreUnavailable("function churn", "throttled")] * 3

    class Throttled(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            if refusals:
                raise refusals.pop()
            return super().shift(model, wanted)

    world = RolloutWorld()
    world.publisher.__class__ = Throttled
    world.start()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            world.tick()

    assert world.tick().action is TickAction.SETTLED
    assert (world.state.phase, world.shares) == (Phase.STEPPING, STEP_1)
    world.check_ledger_explains_alias()


def test_an_abort_overtakes_a_step_that_had_no_effect_yet() -> None:
    class Throttled(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            raise StoreUnavailable("function churn", "throttled")

    world = RolloutWorld()
    world.start()
    world.publisher.__class__ = Throttled
    with pytest.raises(StoreUnavailable):
        world.tick()
    world.publisher.__class__ = MemoryPublisher
    revision = world.alias.revision_id
    world.ask("abort")

    world.tick()

    assert (world.state.phase, world.shares) == (Phase.ABORTED, STABLE)
    assert world.alias.revision_id != revision, "the controller that was throttled could still write"
    assert [it["after"]["candidate_weight_bps"] for it in world.records("EFFECT", "INTENT") if "after" in it] == [
        1_000,
        0,
    ]


def test_a_stale_revision_id_is_no_failure_the_roll_back_reads_again_and_writes() -> None:
    class Touched(MemoryPublisher):
        """Somebody rewrites the alias as it is, right before we do."""

        touches = 1

        def shift(self, model: str, wanted: AliasState) -> AliasState:
            if self.touches:
                self.touches -= 1
                alias = self.alias(model)
                assert alias
                super().shift(model, alias)
            return super().shift(model, wanted)

    world = in_step_one()
    world.publisher.__class__ = Touched
    world.judge.verdict = Verdict.FAIL

    world.tick()

    assert (world.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)


def test_a_step_whose_revision_id_is_stale_is_tried_by_the_next_tick() -> None:
    class Touched(MemoryPublisher):
        touches = 1

        def shift(self, model: str, wanted: AliasState) -> AliasState:
            if self.touches:
                self.touches -= 1
                raise AliasRefused("PreconditionFailedException", "stale")
            return super().shift(model, wanted)

    world = RolloutWorld()
    world.publisher.__class__ = Touched
    world.start()

    world.tick()
    assert (world.state.phase, world.shares) == (Phase.PREPARING, STABLE)
    world.tick()
    assert (world.state.phase, world.shares) == (Phase.STEPPING, STEP_1)


def test_a_rollout_is_taken_over_and_the_controller_before_can_write_nothing() -> None:
    world = in_step_one()
    take_over_rollout(world.state, runner=world.controllers)
    world.tick(epoch=2)

    assert world.controllers.started[-1] == (MODEL, ROLLOUT, 2)
    superseded = world.tick(epoch=1)
    assert (superseded.action, superseded.is_over) == (TickAction.SUPERSEDED, True)
    with pytest.raises(RolloutChanged):
        world.store.save(replace(world.state, epoch=1))


def test_a_rollout_starts_once_whoever_asks_how_often() -> None:
    world = RolloutWorld()

    assert world.start() == world.start() == world.state
    assert len(world.records("ROLLOUT_STARTED")) == len(world.controllers.started) == 1


def test_a_rollout_starts_of_a_function_version_too() -> None:
    assert RolloutWorld().start(function_version="2").candidate_release == 2


def test_a_model_has_one_open_rollout() -> None:
    world = in_step_one()

    with pytest.raises(RolloutOpen):
        world.start(rollout_id="r-2")


def test_an_id_is_of_one_rollout() -> None:
    world = in_step_one()

    with pytest.raises(Conflict, match="'r-1' of 'churn' is another one"):
        world.start(a_plan(500))


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"release": 3}, "no function version carries release 3"),
        ({"function_version": "7"}, "function version 7 carries no release"),
        ({"function_version": "1"}, "function version 1 has all traffic already"),
    ],
)
def test_what_cannot_be_rolled_out_is_refused(what: dict[str, Any], why: str) -> None:
    with pytest.raises(MoveRefused, match=why):
        RolloutWorld().start(**what)


def test_an_alias_with_a_candidate_must_be_cleared_first() -> None:
    world = RolloutWorld()
    world.move_alias_by_hand("1", "2", 100)

    with pytest.raises(RolloutOpen):
        world.start()


@pytest.mark.parametrize("facts", [{"release": 1, "function_version": "1"}, {"rollout_id": "No!"}])
def test_a_wish_that_says_nothing_clear_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        RolloutWorld().start(**{"release": 2, **facts})


def test_a_rollout_that_nobody_started_is_unknown() -> None:
    with pytest.raises(UnknownDefinition):
        RolloutWorld().tick()


def test_a_model_that_nobody_registered_is_unknown() -> None:
    world = RolloutWorld()
    world.registry = MemoryRegistry()

    with pytest.raises(UnknownModel):
        world.start()


def test_a_deployment_waits_for_a_rollout_whether_or_not_its_candidate_has_traffic() -> None:
    world = RolloutWorld()
    world.start()
    world.publisher.deploy(MODEL, "new")
    guard = partial(refuse_open_rollout, MODEL, "newer", publisher=world.publisher, rollouts=world.store)

    with pytest.raises(RolloutOpen, match="function version 2 has 0 bps"):
        guard()
    world.ask("promote")
    world.tick()
    with pytest.raises(RolloutOpen, match="function version 2 has 10000 bps"):
        guard()
    world.tick_until_over()
    guard()
