"""Forcing a variant on one unit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sluice.adapters.cel_conditions import CelLanguage
from sluice.errors import InvalidRequest, InvalidUnit, MoveRefused, UnknownDefinition
from sluice.experiments.unit_state import NOTHING_STORED, Override
from sluice.usecases.archive_flag import archive_flag
from sluice.usecases.define_flag import define_flag
from sluice.usecases.override_unit import ForcedVariant, override_unit, remove_override
from tests.unit.catalog.builders import NOON
from tests.unit.experiments.flag_builders import a_flag
from tests.unit.usecases.experiment_plane import CHANGE, ExperimentPlane


@pytest.fixture
def plane() -> ExperimentPlane:
    """With a running experiment and a flag."""
    plane = ExperimentPlane()
    plane.run()
    define_flag(a_flag("dark-mode"), change=CHANGE, language_over=CelLanguage, **plane.stores)
    return plane


def force(plane: ExperimentPlane, **changes: Any) -> Override:
    wanted: dict[str, Any] = {
        "unit_type": "user",
        "unit_id": "u-1",
        "subject": "exp-1",
        "variant": "treatment",
        "days": 3,
    }
    return override_unit(ForcedVariant(**wanted | changes), change=CHANGE, units=plane.units, **plane.stores)


def overrides(plane: ExperimentPlane, unit_id: str = "u-1") -> dict[str, Override]:
    return dict(plane.units.load("user", unit_id, now=plane.clock.now()).overrides)


@pytest.mark.parametrize(("subject", "variant"), [("exp-1", "treatment"), ("flag:dark-mode", "on")])
def test_a_variant_is_forced_for_some_days_with_a_name_and_a_reason(
    plane: ExperimentPlane, subject: str, variant: str
) -> None:
    forced = force(plane, subject=subject, variant=variant)

    assert forced == Override(subject, variant, "ann", "because", NOON + timedelta(days=3))
    assert overrides(plane) == {subject: forced}
    plane.clock.pass_days(3)
    assert overrides(plane) == {}


def test_the_newest_override_of_a_subject_counts(plane: ExperimentPlane) -> None:
    force(plane)
    force(plane, variant="control")

    assert [each.variant for each in overrides(plane).values()] == ["control"]


def test_a_draft_may_be_looked_at_before_it_starts(plane: ExperimentPlane) -> None:
    plane.define("exp-2")

    assert force(plane, subject="exp-2").variant == "treatment"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"subject": "exp-9"}, UnknownDefinition, "there is no experiment 'exp-9'"),
        ({"subject": "flag:x"}, UnknownDefinition, "there is no flag 'x'"),
        ({"variant": "other"}, InvalidRequest, "variant == 'other', exp-1 has control, treatment"),
        ({"unit_type": "account"}, InvalidRequest, "unit_type == 'account', but exp-1 draws units of type 'user'"),
        ({"days": 0}, InvalidRequest, "days == 0, must be 1 to 400"),
        ({"days": 401}, InvalidRequest, "days == 401, must be 1 to 400"),
        ({"days": True}, InvalidRequest, "days == True, must be 1 to 400"),
        ({"unit_id": ""}, InvalidUnit, "unit_id: it has 0 characters"),
        ({"unit_id": "a\n"}, InvalidUnit, "unit_id: it holds a control character"),
    ],
)
def test_what_is_none_cannot_be_forced(
    plane: ExperimentPlane, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        force(plane, **changes)

    assert overrides(plane) == {}


@pytest.mark.parametrize("end", [ExperimentPlane.conclude, lambda plane: (plane.conclude(), plane.archive())])
def test_nor_can_what_is_over(plane: ExperimentPlane, end: Callable[[ExperimentPlane], object]) -> None:
    end(plane)
    archive_flag("dark-mode", change=CHANGE, **plane.stores)

    with pytest.raises(MoveRefused, match=r"cannot force a variant: it is (concluded|archived)"):
        force(plane)
    with pytest.raises(MoveRefused, match="cannot force a variant: it is archived"):
        force(plane, subject="flag:dark-mode", variant="on")


def test_an_override_is_taken_away_once(plane: ExperimentPlane) -> None:
    force(plane)

    assert [remove_override("user", "u-1", "exp-1", units=plane.units) for _ in range(2)] == [True, False]
    assert plane.units.load("user", "u-1", now=NOON) == NOTHING_STORED


def test_what_no_unit_could_be_called_is_refused(plane: ExperimentPlane) -> None:
    with pytest.raises(InvalidUnit, match="unit_type"):
        remove_override("User", "u-1", "exp-1", units=plane.units)
    with pytest.raises(InvalidUnit, match="unit_id"):
        remove_override("user", "", "exp-1", units=plane.units)
