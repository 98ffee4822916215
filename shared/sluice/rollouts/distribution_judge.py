"""A distribution of predictions against the stable side's: PSI says how far, two-arm e-values how certainly.

PSI is no sequential test, so it never fails anything alone. The evidence is the average over bins and both directions
of e-values (an average of e-values is one), so that looking every minute costs nothing.
"""

from collections.abc import Sequence
from math import fsum

from sluice.analysis.psi import critical_psi, psi
from sluice.analysis.restarts import EVERY, leading, restarted
from sluice.analysis.two_arm import ArmCounts, evidence_by_start, swapped
from sluice.rollouts.counted import paired
from sluice.rollouts.guardrail import Guardrail
from sluice.rollouts.readings import Window
from sluice.rollouts.weighed import Evidence

Bins = tuple[int, ...]
BinPairs = Sequence[tuple[Bins, Bins]]


def distribution_findings(guardrail: Guardrail, windows: Sequence[Window], *, alpha: float) -> tuple[Evidence, ...]:
    """One, or none where no window has both sides."""
    name = guardrail.metric
    sides = [(it.candidate.bins.get(name, ()), it.stable.bins.get(name, ())) for it in windows]
    pairs = paired(sides, size=sum, added=_added)
    return (_compared(guardrail, pairs, alpha),) if pairs else ()


def _compared(guardrail: Guardrail, pairs: BinPairs, alpha: float) -> Evidence:
    e_values = _evidence_by_start(pairs)
    recent = _occupied(pairs[leading(e_values) * EVERY :])
    candidate, stable, stable_size = _standardised(recent)
    index, size = psi(stable, candidate), sum(sum(one) for one, _ in recent)
    limit = max(guardrail.practical_floor, critical_psi(len(stable), stable_size, size))
    numbers = {
        "psi": index,
        "psi_limit": limit,
        "e_value": restarted(e_values),
        "threshold": 1 / alpha,
        "candidate_trials": float(size),
    }
    says = f"PSI {index:.3f} of {size:,} predictions, allowed {limit:.3f}"
    return Evidence(restarted(e_values), 1 / alpha, index > limit, says, numbers, alarms=True)


def _standardised(pairs: BinPairs) -> tuple[list[float], list[float], float]:
    """Shares of the candidate, of the stable side as if its traffic came when the candidate's did, and its size then.

    What changes through the day for both sides while the weights change is no shift.
    """
    sizes = [(sum(one), sum(other)) for one, other in pairs]
    total = sum(size for size, _ in sizes)
    weights = [size / (total * other) for size, other in sizes]
    candidate = [sum(one[at] for one, _ in pairs) / total for at in range(len(pairs[0][0]))]
    stable = [
        fsum(weight * other[at] for weight, (_, other) in zip(weights, pairs, strict=True))
        for at in range(len(pairs[0][1]))
    ]
    return candidate, stable, 1 / fsum(weight**2 * other for weight, (_, other) in zip(weights, sizes, strict=True))


def _evidence_by_start(pairs: BinPairs) -> Sequence[float]:
    tests = []
    for at in range(len(pairs[0][0])):
        counts = [(ArmCounts(sum(one), one[at]), ArmCounts(sum(other), other[at])) for one, other in pairs]
        tests += [evidence_by_start(counts), evidence_by_start(swapped(counts))]
    return [fsum(it) / len(tests) for it in zip(*tests, strict=True)]


def _occupied(pairs: BinPairs) -> BinPairs:
    """Without the bins in which neither side ever had anything."""
    ends = _added([counts for pair in pairs for counts in pair])
    there = [at for at, count in enumerate(ends) if count]
    return [(tuple(one[at] for at in there), tuple(other[at] for at in there)) for one, other in pairs]


def _added(counts: Sequence[Bins]) -> Bins:
    """A side without a prediction has no bins; the others have the same ones."""
    return tuple(map(sum, zip(*(it for it in counts if it), strict=True)))
