"""A declaration that AWS, or Sluice, could never carry out."""


class InvalidDeclaration(ValueError):
    """Names the field, what was found, and what is allowed."""

    def __init__(self, field: str, found: object, allowed: str) -> None:
        super().__init__(f"{field} == {found!r}, must be {allowed}")
        self.field = field


def check(field: str, found: object, allowed: str, *, holds: bool) -> None:
    """Raise InvalidDeclaration unless the rule holds."""
    if not holds:
        raise InvalidDeclaration(field, found, allowed)
