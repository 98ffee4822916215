"""A model: the long-lived name that versions come and go under."""

import re
from enum import StrEnum

from sluice.frozen import frozen

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


class RiskTier(StrEnum):
    """How much harm a wrong prediction can do; sets rollout policy and record durability."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@frozen
class Model:
    """What is promised about a model whichever version serves it.

    `name` is 2-40 of a-z, 0-9 and '-', starts with a letter: it becomes a function name and a URL segment.
    `latency_budget_ms` is what a caller may count on, for one row, warm.
    Raises ValueError, with a message that names the field.
    """

    name: str
    owner: str
    description: str
    risk_tier: RiskTier
    latency_budget_ms: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name == {self.name!r}, must be 2-40 of a-z, 0-9, '-', from a letter to no '-'")
        if not self.owner.strip():
            raise ValueError("owner == '', must name a person or team")
        if self.latency_budget_ms < 1:
            raise ValueError(f"latency_budget_ms == {self.latency_budget_ms}, must be 1 or more")
