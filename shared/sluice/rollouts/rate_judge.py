"""Rates (errors, slow, cold, data quality): `two_arm` against the stable side, `fixed_rate` against a bound."""

from collections.abc import Sequence

from sluice.analysis.fixed_rate import fixed_rate_evidence
from sluice.analysis.rate_interval import highest_ratio, lowest_ratio
from sluice.analysis.restarts import leading, restarted, starts
from sluice.analysis.two_arm import ArmCounts, Pairs, rate_evidence
from sluice.rollouts.counted import counts_of, paired
from sluice.rollouts.guardrail import Guardrail
from sluice.rollouts.readings import Window
from sluice.rollouts.weighed import Evidence


def rate_findings(guardrail: Guardrail, windows: Sequence[Window], *, alpha: float) -> tuple[Evidence, ...]:
    """One for each bound; `alpha` is shared by them."""
    sides = [(counts_of(guardrail, it.candidate), counts_of(guardrail, it.stable)) for it in windows]
    pairs = paired(sides, size=lambda it: it.requests, added=_added)
    candidate = [it for it, _ in sides if it.requests]
    found = []
    if guardrail.ratio_bound is not None and pairs:
        found.append(_compared(guardrail, guardrail.ratio_bound, pairs, alpha / guardrail.bounds))
    if guardrail.absolute is not None and candidate:
        found.append(_held_against(guardrail.absolute, candidate, alpha / guardrail.bounds))
    return tuple(found)


def _compared(guardrail: Guardrail, bound: float, pairs: Pairs, alpha: float) -> Evidence:
    found = rate_evidence(pairs, ratio_bound=bound)
    assert found.ratio is not None, "there are pairs"
    rates = [it.events / it.requests for it in (found.candidate, found.stable)]
    highest = highest_ratio(pairs, alpha=alpha)
    numbers = {
        "candidate_rate": rates[0],
        "stable_rate": rates[1],
        "candidate_trials": float(found.candidate.requests),
        "stable_trials": float(found.stable.requests),
        "ratio": found.ratio,
        "ratio_low": lowest_ratio(pairs, alpha=alpha),
        **({} if highest is None else {"ratio_high": highest}),
        "e_value": found.e_value,
        "threshold": 1 / alpha,
    }
    says = f"{rates[0]:.3%} of {found.candidate.requests:,} against {rates[1]:.3%} of {found.stable.requests:,}"
    return Evidence(found.e_value, 1 / alpha, found.ratio >= guardrail.practical_floor, says, numbers)


def _held_against(bound: float, candidate: Sequence[ArmCounts], alpha: float) -> Evidence:
    since = [_added(candidate[at:]) for at in starts(len(candidate))]
    e_values = [fixed_rate_evidence(it, bound=bound) for it in since]
    seen, e_value = since[leading(e_values)], restarted(e_values)
    rate = seen.events / seen.requests
    numbers = {"candidate_rate": rate, "absolute": bound, "absolute_e_value": e_value, "absolute_threshold": 1 / alpha}
    return Evidence(e_value, 1 / alpha, rate > bound, f"{rate:.3%} of {seen.requests:,}, allowed {bound:.3%}", numbers)


def _added(counts: Sequence[ArmCounts]) -> ArmCounts:
    return sum(counts, ArmCounts())
