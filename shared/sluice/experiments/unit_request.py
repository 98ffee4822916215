"""Which unit a request is for, and what is known of it: from its parameters, or from a verified token."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sluice.experiments.attributes import ClaimText
from sluice.experiments.unit import DEFAULT_UNIT_TYPE, checked_unit_id, checked_unit_type
from sluice.experiments.unit_parameters import ATTRIBUTE_PREFIX, UNIT, UNIT_TYPE
from sluice.frozen import frozen

_UNIT_PARAMETER = f"parameter {UNIT}"


@frozen
class UnitSources:
    """Claims of a verified token that name the unit and its attributes; where they do, parameters do not count."""

    unit_claim: str = ""
    attribute_claims: tuple[str, ...] = ()


class UnitRequest(NamedTuple):
    """A checked unit and its attributes, not yet typed; `is_from_parameters` unless a claim named it."""

    unit_type: str
    unit_id: str
    attributes: Mapping[str, Any] = MappingProxyType({})
    is_from_parameters: bool = True


def unit_request_of(
    parameters: Mapping[str, Any], claims: Mapping[str, Any], sources: UnitSources
) -> UnitRequest | None:
    """The request's unit, None if it names none. Raises InvalidUnit, which names the parameter or claim."""
    is_claimed = bool(sources.unit_claim) and sources.unit_claim in claims
    if is_claimed:
        unit_id = checked_unit_id(claims[sources.unit_claim], f"claim {sources.unit_claim}")
    elif UNIT in parameters:
        unit_id = checked_unit_id(parameters[UNIT], _UNIT_PARAMETER)
    else:
        return None
    attributes = _attributes(parameters, claims, sources)
    return UnitRequest(_unit_type(parameters), unit_id, attributes, is_from_parameters=not is_claimed)


def _unit_type(parameters: Mapping[str, Any]) -> str:
    given = parameters.get(UNIT_TYPE)
    return DEFAULT_UNIT_TYPE if given is None else checked_unit_type(given, f"parameter {UNIT_TYPE}")


def _attributes(parameters: Mapping[str, Any], claims: Mapping[str, Any], sources: UnitSources) -> dict[str, Any]:
    prefix = len(ATTRIBUTE_PREFIX)
    attributes = {name[prefix:]: value for name, value in parameters.items() if name.startswith(ATTRIBUTE_PREFIX)}
    for name in sources.attribute_claims:
        if name in claims:
            claim = claims[name]
            attributes[name] = ClaimText(claim) if type(claim) is str else claim
    return attributes
