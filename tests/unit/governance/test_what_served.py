"""Who had the traffic at any instant."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import LedgerBroken
from sluice.governance.ledger import EMPTY, Head, next_entry
from sluice.governance.records import Paused, Record
from sluice.usecases.what_served import Served, Share, what_served
from tests.unit.governance.ledger_builders import (
    MODEL,
    NOON,
    SpoiltLedger,
    effect,
    filled,
    foreign,
    intent,
    minute,
    origin,
    weights,
)

STORY: list[Record] = [
    effect(weights("1"), at=minute(0), of=0),
    intent(weights("1", "2", 500), at=minute(10)),
    effect(weights("1", "2", 500), at=minute(11), of=2),
    Paused(**origin(minute(12)), why="lunch"),
    intent(weights("2"), at=minute(20)),
    effect(weights("2"), at=minute(21), of=5),
    foreign(weights("3"), at=minute(30)),
]
PORTS = filled(STORY)
ENTRIES = tuple(PORTS.ledger.entries(MODEL))
ALL_ON = {version: (Share(version, int(version) + 10, 10_000),) for version in ("1", "2", "3")}
FIVE_PERCENT = (Share("1", 11, 9_500), Share("2", 12, 500))


def served(at_minute: float) -> Served | None:
    return what_served(MODEL, NOON + timedelta(minutes=at_minute), ledger=PORTS.ledger)


@pytest.mark.parametrize(
    ("at_minute", "expected"),
    [
        (0, Served(MODEL, minute(0), 1, ALL_ON["1"])),
        (9.99, Served(MODEL, minute(0), 1, ALL_ON["1"])),
        (10, Served(MODEL, minute(0), 1, ALL_ON["1"], intended=FIVE_PERCENT)),
        (11, Served(MODEL, minute(11), 3, FIVE_PERCENT)),
        (19.99, Served(MODEL, minute(11), 3, FIVE_PERCENT)),
        (20.5, Served(MODEL, minute(11), 3, FIVE_PERCENT, intended=ALL_ON["2"])),
        (21, Served(MODEL, minute(21), 6, ALL_ON["2"])),
        (999, Served(MODEL, minute(30), 7, ALL_ON["3"], is_foreign=True)),
    ],
)
def test_the_shares_at_an_instant(at_minute: float, expected: Served) -> None:
    assert served(at_minute) == expected


def test_before_the_first_effect_the_ledger_knows_nothing() -> None:
    assert served(-0.01) is None
    assert what_served("other", NOON, ledger=PORTS.ledger) is None


def test_of_two_effects_in_one_instant_the_later_counts() -> None:
    ports = filled([effect(weights("1"), of=0), effect(weights("2"), of=1)])

    assert what_served(MODEL, NOON, ledger=ports.ledger) == Served(MODEL, NOON, 2, ALL_ON["2"])


def test_an_effect_that_is_recorded_twice_counts_once_since_it_was_first_recorded() -> None:
    ports = filled(
        [
            intent(weights("1"), at=minute(0)),
            effect(weights("1"), at=minute(1), of=1),
            effect(weights("1"), at=minute(2), of=1),
        ]
    )

    assert what_served(MODEL, minute(9), ledger=ports.ledger) == Served(MODEL, minute(1), 2, ALL_ON["1"])


def test_an_effect_that_is_recorded_after_that_of_a_later_intent_is_history() -> None:
    ports = filled(
        [
            intent(weights("1"), at=minute(0)),
            intent(weights("2"), at=minute(1)),
            effect(weights("2"), at=minute(2), of=2),
            effect(weights("1"), at=minute(3), of=1),
        ]
    )

    assert what_served(MODEL, minute(9), ledger=ports.ledger) == Served(MODEL, minute(2), 3, ALL_ON["2"])


def test_an_effect_of_an_intent_that_comes_after_it_is_none() -> None:
    ports = filled([effect(weights("1"), of=1)])

    with pytest.raises(LedgerBroken, match="broken at record 1"):
        what_served(MODEL, NOON, ledger=ports.ledger)


@given(minutes=st.lists(st.integers(0, 60), min_size=1, max_size=12).map(sorted), at=st.integers(-1, 61))
def test_at_any_instant_it_is_what_a_walk_from_the_beginning_finds(minutes: list[int], at: int) -> None:
    ports = filled([effect(weights(str(number + 1)), at=minute(it), of=number) for number, it in enumerate(minutes)])

    found = what_served(MODEL, minute(at), ledger=ports.ledger)

    past = [number for number, it in enumerate(minutes) if it <= at]
    assert (found.seq if found else 0) == (past[-1] + 1 if past else 0)


def test_a_release_that_the_ledger_does_not_name_is_none() -> None:
    ports = filled([effect(replace(weights("1", "2", 500), releases={"1": 11}), of=0)])

    found = what_served(MODEL, NOON, ledger=ports.ledger)

    assert found
    assert [share.release for share in found.shares] == [11, None]


@pytest.mark.parametrize("seq", range(1, 8))
def test_a_record_on_the_way_that_does_not_hold_is_no_evidence(seq: int) -> None:
    stored = [replace(it, content=it.content + b" ") if it.seq == seq else it for it in ENTRIES]

    with pytest.raises(LedgerBroken, match=f"broken at record {seq}"):
        what_served(MODEL, minute(-1), ledger=SpoiltLedger(stored, ENTRIES[-1].head))


def test_a_chain_whose_end_was_taken_off_is_no_evidence() -> None:
    with pytest.raises(LedgerBroken):
        what_served(MODEL, minute(25), ledger=SpoiltLedger(list(ENTRIES[:3]), ENTRIES[-1].head))
    with pytest.raises(LedgerBroken, match="broken at record 7"):
        what_served(MODEL, minute(25), ledger=SpoiltLedger([], ENTRIES[-1].head))


def test_a_chain_whose_beginning_was_taken_off_is_no_evidence_of_an_earlier_time() -> None:
    ledger = SpoiltLedger(list(ENTRIES[3:]), ENTRIES[-1].head)

    with pytest.raises(LedgerBroken, match="broken at record 3"):
        what_served(MODEL, minute(15), ledger=ledger)


def test_an_effect_that_was_appended_since_the_head_was_read_counts() -> None:
    found = what_served(MODEL, minute(40), ledger=SpoiltLedger(list(ENTRIES), ENTRIES[5].head))

    assert found
    assert found.seq == 7


@pytest.mark.parametrize(
    "record", [{}, {"ts": "noon", "type": "EFFECT"}, {"ts": "2026-01-01T12:00:00Z", "type": "EFFECT", "alias": {}}]
)
def test_an_effect_that_is_none_is_told(record: dict[str, object]) -> None:
    entry = next_entry(MODEL, EMPTY, record)

    with pytest.raises(LedgerBroken, match="broken at record 1"):
        what_served(MODEL, NOON, ledger=SpoiltLedger([entry], Head(1, entry.entry_hash)))
