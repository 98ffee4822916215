"""How a call fails: refused by AWS, or without an answer. Adapters turn both into StoreUnavailable."""

from collections.abc import Mapping
from typing import Any


class NoAnswer(Exception):
    """No whole answer came: no connection, no credentials, silence, or something that is no answer of AWS."""


class HungUp(NoAnswer):
    """The other end closed before it said anything, as it does with a connection that was idle for too long."""


class Refusal(Exception):
    """AWS answered that it will not: `code` is its word for why, `members` the rest of what it said."""

    def __init__(self, code: str, message: str, *, status: int, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.status = status
        self.members = members or {}
