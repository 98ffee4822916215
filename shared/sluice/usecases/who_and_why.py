"""Whoever decides anything says who they are, and why."""

from sluice.errors import InvalidRequest

WHY_LIMIT_CHARACTERS = 2_000


def check_who_and_why(by: str, why: str) -> None:
    """Raise InvalidRequest without a name or a reason, or with a reason that is too long."""
    for name, text in (("by", by), ("why", why)):
        if not text.strip():
            raise InvalidRequest(f"{name} == {text!r}, must say {'who decides' if name == 'by' else 'why'}")
    if len(why) > WHY_LIMIT_CHARACTERS:
        raise InvalidRequest(f"why has {len(why)} characters, must have at most {WHY_LIMIT_CHARACTERS}")
