"""What a guardrail's evidence and sample amount to: the rule of verdicts, the same for every kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt

from sluice.rollouts.verdict import Judgement, Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """One bound's e-value; it counts against the candidate from `threshold` = 1/alpha on, if it matters.

    `is_material`: the difference is beyond the practical floor. `says` is what was seen, in words. `alarms`: nothing
    passes while it stands, however weak the evidence is.
    """

    e_value: float
    threshold: float
    is_material: bool
    says: str
    numbers: Mapping[str, float]
    alarms: bool = False

    @property
    def is_against(self) -> bool:
        """Enough to roll back."""
        return self.is_material and self.e_value >= self.threshold

    @property
    def is_doubt(self) -> bool:
        """Half way to a failure, on the scale on which evidence adds up: not enough to pass."""
        return self.is_material and (self.alarms or self.e_value >= sqrt(self.threshold))


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of what there has to be."""

    what: str
    there: int
    needed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What has to be there for a pass. `requests` are the candidate's; they and everything else grow together."""

    requests: int
    counts: tuple[Count, ...]

    @property
    def absent(self) -> Count | None:
        """Of what there is nothing at all."""
        return next((it for it in self.counts if not it.there), None)

    @property
    def short(self) -> Count | None:
        """What is furthest from being enough; None if all is."""
        furthest = min(self.counts, key=lambda it: it.there / it.needed)
        return furthest if furthest.there < furthest.needed else None


def verdict_on(guardrail: str, evidence: Sequence[Evidence], sample: Sample) -> Judgement:
    """FAIL by evidence alone; else no data, too little of it, doubt, and only then PASS."""
    numbers = {name: value for it in evidence for name, value in it.numbers.items()}
    against = [it for it in evidence if it.is_against]
    if against:
        return Judgement(guardrail, Verdict.FAIL, against[0].says, numbers)
    absent, short = sample.absent, sample.short
    if absent:
        return Judgement(
            guardrail, Verdict.NO_DATA, f"no {absent.what}: no data is no good news", numbers, absent.needed
        )
    if short:
        more = -(-sample.requests * short.needed // short.there) - sample.requests
        why = f"{short.there:,} {short.what}, {short.needed:,} are needed"
        return Judgement(guardrail, Verdict.INCONCLUSIVE, why, numbers, more)
    if not evidence:
        return Judgement(guardrail, Verdict.INCONCLUSIVE, "too few came at the same time", numbers, sample.requests)
    doubts = [it for it in evidence if it.is_doubt]
    if doubts:
        more = max(_until_certain(it, sample) for it in doubts)
        return Judgement(guardrail, Verdict.INCONCLUSIVE, f"{doubts[0].says}: not certain yet", numbers, more)
    return Judgement(guardrail, Verdict.PASS, "; ".join(it.says for it in evidence), numbers)


def _until_certain(evidence: Evidence, sample: Sample) -> int:
    """If it goes on growing as it has; as many as there are, where it has not grown."""
    growth = log(evidence.threshold) / log(evidence.e_value) - 1 if evidence.e_value > 1 else 1.0
    return max(1, ceil(sample.requests * min(growth, 1.0)))
