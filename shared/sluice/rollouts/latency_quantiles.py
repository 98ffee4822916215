"""Quantiles of what was measured, by the nearest rank: a value that did occur, never one between two."""

from collections.abc import Sequence


def quantiles_of(values: Sequence[float], quantiles_bps: Sequence[int]) -> dict[int, float]:
    """By quantile_bps the smallest value that at least that share of all do not exceed; empty without values."""
    if not values:
        return {}
    ordered = sorted(values)
    return {it: ordered[max(0, -(-it * len(ordered) // 10_000) - 1)] for it in quantiles_bps}
