"""How a planned value that breaks a rule is refused."""

from sluice.errors import InvalidDefinition

_SUBJECT = "sample size"


def require(holds: bool, field: str, *, found: object, rule: str) -> None:
    """Go on if the rule holds. Raises InvalidDefinition: the field, what was found, the rule."""
    if not holds:
        raise InvalidDefinition(_SUBJECT, field, f"found {found}, {rule}")
