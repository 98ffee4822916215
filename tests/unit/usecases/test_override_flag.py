"""Forcing a variant of a flag on one unit."""

from datetime import timedelta
from typing import Any

import pytest

from sluice.errors import InvalidDefinition, InvalidRequest, InvalidUnit, MoveRefused, SluiceError, UnknownDefinition
from sluice.experiments.unit_state import Override
from sluice.usecases.override_flag import ForcedFlag, force_flag, release_flag
from tests.unit.experiments.flag_builders import a_flag
from tests.unit.usecases.flag_plane import CHANGE, NOON, FlagPlane


@pytest.fixture
def plane() -> FlagPlane:
    plane = FlagPlane()
    plane.define(a_flag(unit_type="account"), a_flag("old"))
    plane.archive("old")
    return plane


def force(plane: FlagPlane, **changes: Any) -> Override:
    whole: dict[str, Any] = {"key": "new-checkout", "unit_id": "unit-1", "variant": "on", "days": 7}
    wanted = ForcedFlag(**(whole | changes))
    return force_flag(wanted, change=CHANGE, definitions=plane.definitions, units=plane.units, clock=plane.clock)


def overrides_of(plane: FlagPlane, unit_type: str = "account") -> dict[str, Override]:
    return dict(plane.units.load(unit_type, "unit-1", now=NOON).overrides)


def test_a_forced_variant_is_the_units_for_its_days(plane: FlagPlane) -> None:
    override = force(plane)

    assert override == Override("flag:new-checkout", "on", "ann", "because", NOON + timedelta(days=7))
    assert overrides_of(plane) == {"flag:new-checkout": override}
    assert overrides_of(plane, "user") == {}


def test_the_last_word_counts_and_can_be_taken_back(plane: FlagPlane) -> None:
    force(plane)
    force(plane, variant="off")
    assert overrides_of(plane)["flag:new-checkout"].variant == "off"

    def release() -> bool:
        return release_flag("new-checkout", "unit-1", definitions=plane.definitions, units=plane.units)

    assert release()
    assert not release()
    assert overrides_of(plane) == {}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"key": "nope"}, UnknownDefinition),
        ({"key": "old"}, MoveRefused),
        ({"variant": "half"}, InvalidDefinition),
        ({"unit_id": ""}, InvalidUnit),
        ({"days": 0}, InvalidRequest),
        ({"days": 401}, InvalidRequest),
        ({"days": 1.5}, InvalidRequest),
    ],
)
def test_what_cannot_be_forced_is_refused(plane: FlagPlane, changes: dict[str, Any], error: type[SluiceError]) -> None:
    with pytest.raises(error):
        force(plane, **changes)
    assert overrides_of(plane) == {}
