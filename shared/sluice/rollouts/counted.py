"""What of a reading counts for a guardrail: trials, the bad events among them, moments, bins."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sluice.analysis.moments import Moments
from sluice.analysis.two_arm import ArmCounts
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.readings import SideReading

COST_METRIC = "billed_ms"
_LONGEST_BLOCK = 10


_TRIALS = {
    GuardrailKind.SLOW: "warm requests with a known limit",
    GuardrailKind.COLD: "first requests with a known limit",
    GuardrailKind.MEAN: "values",
    GuardrailKind.COST: "billed durations",
    GuardrailKind.DISTRIBUTION: "predictions",
}
_Counts = TypeVar("_Counts")


def counts_of(guardrail: Guardrail, side: SideReading) -> ArmCounts:
    """Trials and bad events of a rate. Latencies that no baseline was there for count as not seen."""
    quantile = guardrail.quantile_bps
    if guardrail.kind is GuardrailKind.ERRORS:
        return ArmCounts(side.requests, side.server_errors)
    if guardrail.kind is GuardrailKind.DATA_QUALITY:
        return ArmCounts(side.requests, side.bad_values)
    if guardrail.kind is GuardrailKind.SLOW:
        return ArmCounts(side.warm_requests, side.slow[quantile]) if quantile in side.slow else ArmCounts()
    return ArmCounts(side.cold_starts, side.slow_cold[quantile]) if quantile in side.slow_cold else ArmCounts()


def moments_of(guardrail: Guardrail, side: SideReading) -> Moments:
    """Of the metric of a mean, or of what is billed."""
    name = COST_METRIC if guardrail.kind is GuardrailKind.COST else guardrail.metric
    return side.moments.get(name, Moments())


def trials_of(guardrail: Guardrail, side: SideReading) -> int:
    """How often the guardrail's question was asked."""
    if guardrail.kind in (GuardrailKind.MEAN, GuardrailKind.COST):
        return moments_of(guardrail, side).count
    if guardrail.kind is GuardrailKind.DISTRIBUTION:
        return sum(side.bins.get(guardrail.metric, ()))
    return counts_of(guardrail, side).requests


def trials_called(guardrail: Guardrail) -> str:
    """Those, in words."""
    return _TRIALS.get(guardrail.kind, "requests")


def paired(
    sides: Sequence[tuple[_Counts, _Counts]],
    *,
    size: Callable[[_Counts], int],
    added: Callable[[Sequence[_Counts]], _Counts],
) -> list[tuple[_Counts, _Counts]]:
    """Adjacent windows (candidate, stable) put together until both sides have something, as few as can be.

    With little traffic hardly a minute has requests of both. Only how many there were decides, never how they went, so
    the evidence keeps its guarantee. Where `_LONGEST_BLOCK` windows do not suffice they are given up.
    """
    pairs, block = [], list[tuple[_Counts, _Counts]]()
    for pair in sides:
        block.append(pair)
        candidate, stable = added([it for it, _ in block]), added([it for _, it in block])
        is_whole = size(candidate) and size(stable)
        if is_whole:
            pairs.append((candidate, stable))
        if is_whole or len(block) == _LONGEST_BLOCK:
            block = []
    return pairs
