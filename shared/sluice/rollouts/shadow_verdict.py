"""Whether the comparison of copies lets a rollout begin."""

from collections.abc import Iterator
from dataclasses import dataclass

from sluice.rollouts.shadow import ShadowReport
from sluice.rollouts.verdict import Judgement, Verdict

GUARDRAIL = "shadow"


@dataclass(frozen=True, slots=True)
class ShadowLimits:
    """What a candidate may do otherwise; shares are of its answers.

    `flipped_share` is for labels, `differing_share` for any difference beyond the tolerance: a new model differs on
    purpose, so it is 1.0 unless somebody wants the same answers. A segment with enough copies keeps the same limits.
    """

    minimum_copies: int = 100
    failed_share: float = 0.0
    flipped_share: float = 0.05
    differing_share: float = 1.0
    duration_ratio: float = 2.0


_DEFAULT = ShadowLimits()


def judge_shadow(report: ShadowReport, limits: ShadowLimits = _DEFAULT) -> Judgement:
    """PASS or FAIL once there are enough copies; INCONCLUSIVE tells how many are missing, NO_DATA that none came."""
    numbers = _numbers(report)
    if not report.copies:
        return Judgement(GUARDRAIL, Verdict.NO_DATA, "no copy has been answered yet", numbers, limits.minimum_copies)
    needed = limits.minimum_copies - report.copies
    if needed > 0:
        why = f"{report.copies} copies were answered, {limits.minimum_copies} are needed"
        return Judgement(GUARDRAIL, Verdict.INCONCLUSIVE, why, numbers, needed)
    breaches = list(_breaches(report, limits))
    if breaches:
        return Judgement(GUARDRAIL, Verdict.FAIL, "; ".join(breaches), numbers)
    return Judgement(GUARDRAIL, Verdict.PASS, f"{report.copies} copies were answered alike enough", numbers)


def _breaches(report: ShadowReport, limits: ShadowLimits) -> Iterator[str]:
    copies = report.copies
    for word, count, limit in (
        ("failed", report.failed, limits.failed_share),
        ("have another label", report.flipped, limits.flipped_share),
        ("differ", report.differing, limits.differing_share),
    ):
        if count > limit * copies:
            yield f"{count} of {copies} copies {word}, allowed: {limit:.1%}"
    ratio = report.duration_ratio
    if ratio is not None and ratio > limits.duration_ratio:
        yield f"warm answers take {ratio:.2f} times as long, allowed: {limits.duration_ratio:g}"
    yield from _segment_breaches(report, limits)


def _segment_breaches(report: ShadowReport, limits: ShadowLimits) -> Iterator[str]:
    if len(report.segments) < 2:
        return
    for name, segment in report.segments.items():
        is_large = segment.copies >= limits.minimum_copies
        if is_large and segment.flipped > limits.flipped_share * segment.copies:
            share = f"allowed: {limits.flipped_share:.1%}"
            yield f"segment {name!r}: {segment.flipped} of {segment.copies} copies have another label, {share}"


def _numbers(report: ShadowReport) -> dict[str, float]:
    numbers: dict[str, float] = {
        "copies": report.copies,
        "failed": report.failed,
        "flipped": report.flipped,
        "differing": report.differing,
    }
    if report.duration_ratio is not None:
        numbers["duration_ratio"] = report.duration_ratio
    for name, output in report.outputs.items():
        numbers[f"{name}.largest_difference"] = output.largest
        numbers[f"{name}.rank_changes"] = output.rank_changes
    return numbers
