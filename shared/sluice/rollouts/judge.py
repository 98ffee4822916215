"""The judge: each guardrail's verdict on the candidate beside the stable side, over the same windows.

A failure needs evidence, and evidence adds up since the rollout began. A pass needs enough requests of both sides since
the step began. Every test may be read at every minute for ever (e-values, Ville's inequality), and the guardrails of a
plan share its error: each is tested at its `alpha` divided by their number (Bonferroni), so that a release that is no
worse is rolled back with a probability of alpha at most, in its whole life.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sluice.analysis.always_valid import FEWEST_ARM_UNITS
from sluice.rollouts.counted import trials_called, trials_of
from sluice.rollouts.distribution_judge import distribution_findings
from sluice.rollouts.guardrail import RATES, Guardrail, GuardrailKind
from sluice.rollouts.mean_judge import mean_findings
from sluice.rollouts.rate_judge import rate_findings
from sluice.rollouts.readings import Window
from sluice.rollouts.verdict import Judgement, Verdict
from sluice.rollouts.weighed import Count, Evidence, Sample, verdict_on

Windows = Sequence[Window]
_OF_PREDICTIONS = (GuardrailKind.MEAN, GuardrailKind.DISTRIBUTION)

_FINDINGS: Mapping[GuardrailKind, Callable[..., tuple[Evidence, ...]]] = {
    **dict.fromkeys(RATES, rate_findings),
    GuardrailKind.MEAN: mean_findings,
    GuardrailKind.COST: mean_findings,
    GuardrailKind.DISTRIBUTION: distribution_findings,
}


def judge(
    guardrails: Sequence[Guardrail], *, step_windows: Windows, all_windows: Windows, minimum_requests: int
) -> tuple[Judgement, ...]:
    """One judgement for each guardrail, in their order; `all_windows` begin with the rollout and hold the step's.

    `minimum_requests` of each side are the step's before anything passes. Where a guardrail has only an absolute bound
    the stable side is not asked for. First requests of an environment are few: they are counted since the beginning.
    What looks at predictions says NO_DATA while some of them are `unseen`, unless the others are enough to fail.
    """
    judgements = []
    for guardrail in guardrails:
        windows = all_windows if guardrail.kind is GuardrailKind.COLD else step_windows
        evidence = _FINDINGS[guardrail.kind](guardrail, all_windows, alpha=guardrail.alpha / len(guardrails))
        judgement = verdict_on(guardrail.key, evidence, _sample(guardrail, windows, minimum_requests))
        judgements.append(_unless_unseen(guardrail, judgement, windows))
    return tuple(judgements)


def _unless_unseen(guardrail: Guardrail, judgement: Judgement, windows: Windows) -> Judgement:
    unseen = next(filter(None, (it.unseen for it in windows)), "")
    if not unseen or guardrail.kind not in _OF_PREDICTIONS or judgement.verdict is Verdict.FAIL:
        return judgement
    return replace(judgement, verdict=Verdict.NO_DATA, why=f"{unseen}: what nobody looked at is no good news")


def _sample(guardrail: Guardrail, windows: Windows, minimum_requests: int) -> Sample:
    is_mean = guardrail.kind in (GuardrailKind.MEAN, GuardrailKind.COST)
    own_minimum = max(guardrail.minimum_requests, FEWEST_ARM_UNITS if is_mean else 1)
    sides = {"candidate": [it.candidate for it in windows]}
    if guardrail.ratio_bound is not None:
        sides["stable side"] = [it.stable for it in windows]
    counts = []
    for side, readings in sides.items():
        trials = sum(trials_of(guardrail, it) for it in readings)
        counts.append(Count(f"requests of the {side}", sum(it.requests for it in readings), minimum_requests))
        counts.append(Count(f"{trials_called(guardrail)} of the {side}", trials, own_minimum))
    return Sample(counts[0].there, tuple(counts))
