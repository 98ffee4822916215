"""Exposures to flags: one line per unit, variant and revision within an hour, and never a raw id."""

from typing import Any

from sluice.experiments.flag_context import FlagContext
from sluice.experiments.unit import unit_key_of
from sluice.usecases.expose_flags import REMEMBER_SECONDS
from sluice.usecases.recent_keys import RecentKeys
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule, shares
from tests.unit.usecases.flag_evaluation import CACHE_SECONDS, Evaluation
from tests.unit.usecases.flag_plane import NOON

UNIT = FlagContext("user", "unit-1")


def exposing(**changes: Any) -> Evaluation:
    evaluation = Evaluation()
    evaluation.plane.define(a_flag(exposures=True, **(changes or {"default": shares(on=5000, off=5000)})))
    return evaluation


def test_an_exposure_tells_everything_but_who() -> None:
    evaluation = exposing()

    evaluation.one("new-checkout", UNIT)

    (record,) = evaluation.records
    snapshot = evaluation.plane.snapshot
    assert record == {
        "record": "flag_exposure",
        "schema": 1,
        "at": NOON.isoformat(),
        "flag": "new-checkout",
        "flag_revision": 1,
        "variant": "on",
        "reason": "DEFAULT_SPLIT",
        "slot": 352_891,
        "weight_bps": 5000,
        "unit_type": "user",
        "unit_key": unit_key_of(evaluation.definitions.unit_hash_key(), "user", "unit-1"),
        "asked": "flag",
        "snapshot": 1,
        "snapshot_digest": snapshot.digest,
    }
    assert "unit-1" not in evaluation.lines[0]


def test_a_rule_that_served_is_named() -> None:
    evaluation = exposing(attributes=COUNTRY, rules=(a_rule(),))

    evaluation.one("new-checkout", FlagContext("user", "unit-1", {"country": "DE"}))

    assert (evaluation.records[0]["reason"], evaluation.records[0]["rule"]) == ("RULE", 0)
    assert "slot" not in evaluation.records[0]


def test_the_same_exposure_is_written_once_an_hour() -> None:
    evaluation = exposing()

    for seconds in (0, 1, REMEMBER_SECONDS - 1, REMEMBER_SECONDS, REMEMBER_SECONDS + 1):
        evaluation.time.seconds = seconds
        evaluation.one("new-checkout", UNIT)
        evaluation.all(UNIT)

    assert len(evaluation.lines) == 2


def test_another_unit_revision_or_variant_is_another_exposure() -> None:
    evaluation = exposing()
    evaluation.one("new-checkout", UNIT)
    evaluation.one("new-checkout", FlagContext("user", "unit-2"))
    evaluation.one("new-checkout", FlagContext("user", "unit-3"))
    evaluation.plane.define(a_flag(exposures=True, default=shares(on=5001, off=4999)))
    evaluation.time.seconds = CACHE_SECONDS
    evaluation.one("new-checkout", UNIT)
    evaluation.force("new-checkout", "off")
    evaluation.time.seconds = 2 * CACHE_SECONDS
    evaluation.one("new-checkout", UNIT)

    assert [(it["flag_revision"], it["variant"], it["reason"]) for it in evaluation.records[3:]] == [
        (2, "on", "DEFAULT_SPLIT"),
        (2, "off", "OVERRIDE"),
    ]
    assert len({it["unit_key"] for it in evaluation.records}) == 3


def test_who_asks_for_all_flags_is_exposed_to_those_that_want_it_and_told_apart() -> None:
    evaluation = exposing()
    evaluation.plane.define(a_flag("silent", default="on"))

    evaluation.all(UNIT)

    assert [(it["flag"], it["asked"]) for it in evaluation.records] == [("new-checkout", "flags")]


def test_who_has_the_answer_already_is_not_exposed_again() -> None:
    evaluation = exposing()
    etag, _ = evaluation.all(UNIT)
    evaluation.ports = evaluation.fresh_ports()

    evaluation.all(UNIT, known=etag)

    assert len(evaluation.lines) == 1


def test_nobody_is_exposed_without_a_unit_or_without_a_variant() -> None:
    static, off = exposing(default="on"), exposing(default="on")
    off.plane.switch("new-checkout", enabled=False)

    static.one("new-checkout", FlagContext())
    off.one("new-checkout", UNIT)

    assert static.lines == off.lines == []


def test_an_exposure_without_overrides_says_so() -> None:
    evaluation = exposing()
    evaluation.units.is_down = True

    evaluation.one("new-checkout", UNIT)

    assert [it["fallback"] for it in evaluation.records if it["record"] == "flag_exposure"] == ["OVERRIDES"]


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    now_ns = 0
    recent = RecentKeys(2, seconds=1, timer_ns=lambda: now_ns)

    assert [recent.is_new(key) for key in "abacab"] == [True, True, False, True, False, True]
    now_ns = 1_000_000_000
    assert recent.is_new("a")
