"""Evaluating flags: one, all, with everything behind them failing in turn."""

import pytest

from sluice.errors import StoreUnavailable, UnknownDefinition
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decision import FlagDecision, FlagReason, FlagResult
from sluice.experiments.flag_snapshot import FLAGS
from sluice.experiments.snapshot_content import pack
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule, shares
from tests.unit.usecases.flag_evaluation import CACHE_SECONDS, Evaluation

UNIT = FlagContext("user", "unit-1", {"country": "DE"})


@pytest.fixture
def evaluation() -> Evaluation:
    evaluation = Evaluation()
    evaluation.plane.define(a_flag(attributes=COUNTRY, rules=(a_rule(),)), a_flag("b", default="on"))
    return evaluation


def reason_of(result: FlagResult) -> FlagReason:
    assert isinstance(result, FlagDecision)
    return result.reason


def test_one_flag_is_evaluated_for_who_asks(evaluation: Evaluation) -> None:
    result, fallback = evaluation.one("new-checkout", UNIT)

    assert (reason_of(result), fallback) == (FlagReason.RULE, "")


def test_an_unknown_flag_is_unknown_also_where_there_were_never_flags(evaluation: Evaluation) -> None:
    for each in (evaluation, Evaluation()):
        with pytest.raises(UnknownDefinition):
            each.one("nope", UNIT)


def test_all_flags_are_evaluated_but_archived_ones(evaluation: Evaluation) -> None:
    evaluation.plane.define(a_flag("c"))
    evaluation.plane.archive("c")

    etag, found = evaluation.all(UNIT)

    assert found is not None
    assert len(etag) == 64
    assert {key: reason_of(it) for key, it in found.results.items()} == {
        "new-checkout": FlagReason.RULE,
        "b": FlagReason.STATIC,
    }
    assert (found.snapshot, found.fallback) == (4, "")


def test_where_nobody_defined_flags_there_are_none() -> None:
    etag, found = Evaluation().all(UNIT)

    assert found is not None
    assert (found.results, found.snapshot) == ({}, None)
    assert Evaluation().all(UNIT, known=etag) == (etag, None)


def test_a_change_is_seen_after_the_cache_time_and_not_before(evaluation: Evaluation) -> None:
    evaluation.one("b", UNIT)
    evaluation.plane.switch("b", enabled=False)

    evaluation.time.seconds = CACHE_SECONDS - 1
    assert reason_of(evaluation.one("b", UNIT)[0]) is FlagReason.STATIC
    evaluation.time.seconds = CACHE_SECONDS
    assert reason_of(evaluation.one("b", UNIT)[0]) is FlagReason.DISABLED


def test_an_override_counts_for_its_unit_alone(evaluation: Evaluation) -> None:
    evaluation.force("b", "off")

    assert reason_of(evaluation.one("b", UNIT)[0]) is FlagReason.OVERRIDE
    assert reason_of(evaluation.one("b", FlagContext("user", "unit-2"))[0]) is FlagReason.STATIC


def test_the_last_good_definitions_serve_while_the_store_fails(evaluation: Evaluation) -> None:
    evaluation.one("b", UNIT)
    evaluation.definitions.is_down = True
    evaluation.time.seconds = CACHE_SECONDS

    result, fallback = evaluation.one("b", UNIT)

    assert (reason_of(result), fallback) == (FlagReason.STATIC, "DEFINITIONS")
    assert [(each["record"], each["fallback"]) for each in evaluation.records] == [("flag_fallback", "DEFINITIONS")]
    assert "throttled" in evaluation.records[0]["why"]


def test_a_snapshot_that_is_garbage_does_not_replace_a_good_one(evaluation: Evaluation) -> None:
    evaluation.one("b", UNIT)
    evaluation.definitions.garbage = pack(FLAGS, 9, {"flags": "none"})
    evaluation.time.seconds = CACHE_SECONDS

    assert evaluation.one("b", UNIT)[1] == "DEFINITIONS"

    evaluation.definitions.garbage = None
    evaluation.time.seconds += CACHE_SECONDS
    assert evaluation.one("b", UNIT)[1] == ""


def test_without_definitions_ever_there_is_no_answer() -> None:
    evaluation = Evaluation()
    evaluation.definitions.is_down = True

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="no definitions yet"):
            evaluation.one("b", UNIT)
        with pytest.raises(StoreUnavailable, match="no definitions yet"):
            evaluation.all(UNIT)


def test_without_the_units_state_everything_but_overrides_counts(evaluation: Evaluation) -> None:
    evaluation.force("new-checkout", "off")
    evaluation.units.is_down = True

    result, fallback = evaluation.one("new-checkout", UNIT)

    assert (reason_of(result), fallback) == (FlagReason.RULE, "OVERRIDES")


def test_who_names_no_unit_needs_no_state(evaluation: Evaluation) -> None:
    evaluation.units.is_down = True

    assert evaluation.one("new-checkout", FlagContext(attributes={"country": "DE"}))[1] == ""


def test_both_failures_are_told(evaluation: Evaluation) -> None:
    evaluation.one("b", UNIT)
    evaluation.units.is_down = evaluation.definitions.is_down = True
    evaluation.time.seconds = CACHE_SECONDS

    _, found = evaluation.all(UNIT)

    assert found is not None
    assert found.fallback == "DEFINITIONS,OVERRIDES"


def test_who_has_the_answer_is_not_told_it_again(evaluation: Evaluation) -> None:
    etag, _ = evaluation.all(UNIT)

    assert evaluation.all(UNIT, known=etag) == (etag, None)


@pytest.mark.parametrize(
    "context",
    [
        FlagContext("user", "unit-2", {"country": "DE"}),
        FlagContext("account", "unit-1", {"country": "DE"}),
        FlagContext("user", None, {"country": "DE"}),
        FlagContext("user", "unit-1", {"country": "FR"}),
        FlagContext("user", "unit-1", {}),
        FlagContext("user", "unit-1", {"country": "DE", "nobody-asks": 1}),
    ],
)
def test_another_context_is_another_answer(evaluation: Evaluation, context: FlagContext) -> None:
    etag, _ = evaluation.all(UNIT)

    other, found = evaluation.all(context, known=etag)

    assert other != etag
    assert found is not None


def test_the_order_of_attributes_does_not_matter(evaluation: Evaluation) -> None:
    one, other = {"country": "DE", "age": 3}, {"age": 3, "country": "DE"}

    assert evaluation.all(FlagContext(attributes=one))[0] == evaluation.all(FlagContext(attributes=other))[0]


def test_a_changed_flag_a_new_override_and_a_failure_are_other_answers(evaluation: Evaluation) -> None:
    etags = [evaluation.all(UNIT)[0]]
    for change in (
        lambda: evaluation.plane.define(a_flag("b", default="off")),
        lambda: evaluation.force("b", "on"),
        lambda: setattr(evaluation.units, "is_down", True),
        lambda: setattr(evaluation.definitions, "is_down", True),
    ):
        change()
        evaluation.time.seconds += CACHE_SECONDS
        etags.append(evaluation.all(UNIT)[0])

    assert len(set(etags)) == 5


def test_an_override_that_ends_is_another_answer_again(evaluation: Evaluation) -> None:
    before, _ = evaluation.all(UNIT)
    evaluation.force("b", "off")
    evaluation.time.seconds += CACHE_SECONDS
    during, _ = evaluation.all(UNIT)
    evaluation.time.seconds += 3_600

    assert during != before
    assert evaluation.all(UNIT)[0] == before


def test_the_same_flags_are_named_the_same_in_every_process(evaluation: Evaluation) -> None:
    evaluation.plane.define(a_flag("c", default=shares(on=1, off=9_999)))
    here, _ = evaluation.all(UNIT)
    evaluation.ports = evaluation.fresh_ports()

    assert evaluation.all(UNIT)[0] == here
