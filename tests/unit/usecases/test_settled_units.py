"""What is settled is not decided again, until the definitions or the unit's state are others."""

import pytest

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.reasons import Reason
from sluice.experiments.unit_request import UnitRequest
from sluice.experiments.unit_state import NOTHING_STORED, UnitState
from sluice.usecases.settled_units import SettledUnits
from tests.unit.experiments.running import a_decider, an_experiment

DECIDER = a_decider(an_experiment())
UNIT = UnitRequest("user", "unit", {"age": 30})


def assigned(*reasons: Reason, failure: str | None = None) -> AssignedUnit:
    (one,) = DECIDER.decide("user", "unit", attributes={}, state=NOTHING_STORED)
    return AssignedUnit(UNIT, tuple(one._replace(reason=reason) for reason in reasons), failure=failure)


@pytest.mark.parametrize("reason", [Reason.STORED, Reason.OVERRIDE, Reason.KILL_SWITCH, Reason.HOLDOUT])
def test_what_no_attribute_can_change_is_remembered_for_every_request_of_the_unit(reason: Reason) -> None:
    settled, other = SettledUnits(), UnitRequest("user", "unit", {"age": 3})
    settled.keep(assigned(reason), DECIDER, NOTHING_STORED)

    assert settled.find(other, DECIDER, NOTHING_STORED) == assigned(reason)._replace(unit=other)


@pytest.mark.parametrize(
    "open_one",
    [
        assigned(Reason.BUCKETED),
        assigned(Reason.STORED, Reason.NOT_ELIGIBLE),
        assigned(Reason.ATTRIBUTE_MISSING),
        assigned(Reason.NOT_COVERED),
        assigned(Reason.FALLBACK),
        assigned(Reason.STORED, failure="throttled"),
    ],
)
def test_what_may_be_another_next_time_is_decided_next_time(open_one: AssignedUnit) -> None:
    settled = SettledUnits()
    settled.keep(open_one, DECIDER, NOTHING_STORED)

    assert settled.find(UNIT, DECIDER, NOTHING_STORED) is None


def test_another_unit_snapshot_or_state_is_another_decision() -> None:
    settled = SettledUnits()
    settled.keep(assigned(Reason.STORED), DECIDER, NOTHING_STORED)

    assert settled.find(UnitRequest("user", "other"), DECIDER, NOTHING_STORED) is None
    assert settled.find(UnitRequest("device", "unit"), DECIDER, NOTHING_STORED) is None
    assert settled.find(UNIT, a_decider(an_experiment()), NOTHING_STORED) is None
    assert settled.find(UNIT, DECIDER, UnitState()) is None
