"""What is settled is not decided again, until its time is over."""

import pytest

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.reasons import Reason
from sluice.experiments.unit_request import UnitRequest
from sluice.experiments.unit_state import NOTHING_STORED
from sluice.usecases.settled_units import SettledUnits
from tests.unit.experiments.running import a_decider, an_experiment

DECIDER = a_decider(an_experiment())
UNIT = UnitRequest("user", "unit", {"age": 30})
UNTIL_NS = 1_000


class Settled(SettledUnits):
    """At a time that tests set."""

    def __init__(self) -> None:
        self.now_ns = UNTIL_NS - 1
        super().__init__(lambda: self.now_ns)


def assigned(*reasons: Reason, failure: str | None = None) -> AssignedUnit:
    (one,) = DECIDER.decide("user", "unit", attributes={}, state=NOTHING_STORED)
    return AssignedUnit(UNIT, tuple(one._replace(reason=reason) for reason in reasons), failure=failure)


@pytest.mark.parametrize("reason", [Reason.STORED, Reason.OVERRIDE, Reason.KILL_SWITCH, Reason.HOLDOUT])
def test_what_no_attribute_can_change_is_remembered_without_them_and_for_its_time(reason: Reason) -> None:
    settled = Settled()
    settled.keep(assigned(reason), until_ns=UNTIL_NS)

    found = settled.find("user", "unit", is_from_parameters=True)
    settled.now_ns = UNTIL_NS

    assert found == assigned(reason)._replace(unit=UnitRequest("user", "unit"))
    assert settled.find("user", "unit", is_from_parameters=True) is None


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
    settled = Settled()
    settled.keep(open_one, until_ns=UNTIL_NS)

    assert settled.find("user", "unit", is_from_parameters=True) is None


def test_another_unit_is_another_decision_and_so_is_a_claimed_one() -> None:
    settled = Settled()
    settled.keep(assigned(Reason.STORED), until_ns=UNTIL_NS)

    assert settled.find("user", "other", is_from_parameters=True) is None
    assert settled.find("device", "unit", is_from_parameters=True) is None
    assert settled.find(7, "unit", is_from_parameters=True) is None
    assert settled.find("user", "unit", is_from_parameters=False) is None
