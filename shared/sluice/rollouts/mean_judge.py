"""Means and cost: always-valid intervals for the difference from the stable side, and from a fixed bound."""

from collections.abc import Sequence

from sluice.analysis.always_valid import FEWEST_ARM_UNITS
from sluice.analysis.mean_difference import MeanDifference, mean_beyond, mean_difference
from sluice.analysis.moments import Moments, added
from sluice.analysis.restarts import leading, restarted, starts
from sluice.rollouts.counted import moments_of, paired
from sluice.rollouts.guardrail import Guardrail, WorseIs
from sluice.rollouts.readings import Window
from sluice.rollouts.weighed import Evidence

MomentPairs = Sequence[tuple[Moments, Moments]]

_DIRECTIONS = {WorseIs.HIGHER: (1,), WorseIs.LOWER: (-1,), WorseIs.EITHER: (1, -1)}


def mean_findings(guardrail: Guardrail, windows: Sequence[Window], *, alpha: float) -> tuple[Evidence, ...]:
    """One for each bound, in the worse direction; none before `FEWEST_ARM_UNITS` of an arm (it holds for many)."""
    sides = [(moments_of(guardrail, it.candidate), moments_of(guardrail, it.stable)) for it in windows]
    pairs = paired(sides, size=lambda it: it.count, added=added)
    candidate = [it for it, _ in sides if it.count]
    share, directions = alpha / guardrail.bounds, _DIRECTIONS[guardrail.worse_is]
    found = []
    if guardrail.ratio_bound is not None and _suffice(pairs):
        found.append([_compared(guardrail, pairs, it, share) for it in directions])
    if guardrail.absolute is not None and added(candidate).count >= FEWEST_ARM_UNITS:
        found.append([_held_against(guardrail.absolute, candidate, it, share) for it in directions])
    return tuple(max(it, key=lambda one: one.e_value) for it in found)


def _compared(guardrail: Guardrail, pairs: MomentPairs, direction: int, alpha: float) -> Evidence:
    assert guardrail.ratio_bound is not None, "asked before"
    since = [pairs[at:] for at in starts(len(pairs)) if _suffice(pairs[at:])]
    e_values = [_beyond(it, guardrail.ratio_bound, direction, alpha).e_value_towards(direction) for it in since]
    recent, e_value = since[leading(e_values)], restarted(e_values)
    candidate, stable = (added([pair[side] for pair in recent]) for side in (0, 1))
    plain = _difference(recent, alpha)
    numbers = {
        "candidate_mean": candidate.mean,
        "stable_mean": stable.mean,
        "difference": plain.estimate,
        "difference_low": plain.low,
        "difference_high": plain.high,
        "e_value": e_value,
        "threshold": 1 / alpha,
    }
    says = f"{candidate.mean:.4g} against {stable.mean:.4g}, difference in [{plain.low:.4g}, {plain.high:.4g}]"
    is_material = direction * _beyond(recent, guardrail.practical_floor, direction, alpha).estimate > 0
    return Evidence(e_value, 1 / alpha, is_material, says, numbers)


def _beyond(pairs: MomentPairs, ratio: float, direction: int, alpha: float) -> MeanDifference:
    """From the stable mean made `ratio` times worse: a negative one rises by being divided."""
    is_away_from_zero = direction * added([stable for _, stable in pairs]).mean >= 0
    return _difference(pairs, alpha, scale=ratio if is_away_from_zero else 1 / ratio)


def _difference(pairs: MomentPairs, alpha: float, *, scale: float = 1.0) -> MeanDifference:
    found = mean_difference(pairs, alpha=alpha, scale=scale)
    assert found is not None, "both sides suffice"
    return found


def _held_against(bound: float, candidate: Sequence[Moments], direction: int, alpha: float) -> Evidence:
    since = [added(candidate[at:]) for at in starts(len(candidate))]
    tests = [mean_beyond(it, bound, alpha=alpha) for it in since if it.count >= FEWEST_ARM_UNITS]
    e_values = [it.e_value_towards(direction) for it in tests if it is not None]
    recent, e_value = since[leading(e_values)], restarted(e_values)
    numbers = {
        "candidate_mean": recent.mean,
        "absolute": bound,
        "absolute_e_value": e_value,
        "absolute_threshold": 1 / alpha,
    }
    says = f"{recent.mean:.4g} of {recent.count:,}, allowed {bound:.4g}"
    return Evidence(e_value, 1 / alpha, direction * (recent.mean - bound) > 0, says, numbers)


def _suffice(pairs: MomentPairs) -> bool:
    return all(sum(pair[side].count for pair in pairs) >= FEWEST_ARM_UNITS for side in (0, 1))
