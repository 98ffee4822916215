"""A line of an estimate, and the month that it is for."""

from dataclasses import dataclass

MONTH_SECONDS = 30 * 24 * 3_600
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class CostLine:
    """One component: `is_idle` if it is paid whether or not anybody asks; `price` names the entry it rests on."""

    component: str
    usd: float
    why: str
    is_idle: bool
    price: str
