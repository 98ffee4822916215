"""How long an experiment has to run."""

from math import ceil, isfinite

from sluice.analysis.refusals import require


def planned_days(total_units: int, *, daily_units: float, coverage: float = 1.0) -> int:
    """Whole days until `total_units` have entered, if `daily_units` new ones are eligible a day and `coverage` enter.

    Raises InvalidDefinition.
    """
    holds = isfinite(daily_units) and daily_units > 0
    require(holds, "daily_units", found=daily_units, rule="at least one eligible unit now and then")
    require(0 < coverage <= 1, "coverage", found=coverage, rule="allowed: above 0, at most 1")
    return ceil(total_units / (daily_units * coverage))
