"""Who asks for flags, and what is known of them: an OpenFeature evaluation context, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluice.experiments.unit import DEFAULT_UNIT_TYPE, checked_unit_id, checked_unit_type
from sluice.experiments.unit_parameters import UNIT_TYPE

TARGETING_KEY = "targetingKey"
"""OpenFeature's name for the unit."""


@dataclass(frozen=True, slots=True)
class FlagContext:
    """The unit, if the context names one, and its attributes: the context's other members, as they were sent."""

    unit_type: str = DEFAULT_UNIT_TYPE
    unit_id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def context_of(members: Mapping[str, Any]) -> FlagContext:
    """The context. Without `sluice_unit_type` the unit is a user. Raises InvalidUnit, which names the member.

    A member that is null counts as missing: clients in many languages send it so.
    """
    given = {name: value for name, value in members.items() if value is not None}
    unit_type = checked_unit_type(given.pop(UNIT_TYPE, DEFAULT_UNIT_TYPE), UNIT_TYPE)
    unit_id = checked_unit_id(given.pop(TARGETING_KEY), TARGETING_KEY) if TARGETING_KEY in given else None
    return FlagContext(unit_type, unit_id, given)
