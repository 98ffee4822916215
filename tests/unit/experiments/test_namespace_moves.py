"""What may change of a namespace, and when."""

from datetime import timedelta
from typing import Any

import pytest

from sluice.errors import MoveRefused
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.namespace_moves import redefine, set_holdout
from sluice.experiments.slot_ranges import SlotRange
from tests.unit.catalog.builders import NOON

OWNED = (Ownership("exp-1", (SlotRange(0, 10),)),)
RESTING = (Quarantine("exp-0", (SlotRange(10, 20),), NOON + timedelta(days=1)),)
IDLE = Namespace("checkout", quarantined=RESTING, revision=4)
BUSY = Namespace("checkout", owned=OWNED, quarantined=RESTING, revision=4)


@pytest.mark.parametrize("change", [{"description": "of the shop"}, {"quarantine_days": 3}])
def test_words_and_days_of_rest_may_always_change_and_take_no_slots_away(change: dict[str, Any]) -> None:
    assert redefine(BUSY, Namespace("checkout", **change)) == Namespace(
        "checkout", owned=OWNED, quarantined=RESTING, revision=5, **change
    )


@pytest.mark.parametrize(
    "change", [{"holdout_bps": 100}, {"precedence": 1}, {"seed": "again"}, {"unit_type": "account"}]
)
def test_what_units_are_drawn_by_is_fixed_while_an_experiment_runs(change: dict[str, Any]) -> None:
    with pytest.raises(MoveRefused, match=f"cannot change {next(iter(change))}: experiments run in it: exp-1"):
        redefine(BUSY, Namespace("checkout", **change))


@pytest.mark.parametrize(
    ("change", "resting"),
    [({"holdout_bps": 100}, RESTING), ({"precedence": 1}, RESTING), ({"seed": "x"}, ()), ({"unit_type": "tab"}, ())],
)
def test_it_may_change_while_none_runs_and_another_draw_needs_no_rest(
    change: dict[str, Any], resting: tuple[Quarantine, ...]
) -> None:
    assert redefine(IDLE, Namespace("checkout", **change)) == Namespace(
        "checkout", quarantined=resting, revision=5, **change
    )


def test_the_holdout_is_set_only_while_nothing_runs() -> None:
    assert set_holdout(IDLE, 500) == Namespace("checkout", holdout_bps=500, quarantined=RESTING, revision=5)
    with pytest.raises(MoveRefused, match="cannot change the holdout: experiments run in it: exp-1"):
        set_holdout(BUSY, 500)
