"""What the judge says of one guardrail: a verdict, and the numbers that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """No data is never good news: only PASS lets a rollout advance, and only FAIL undoes it."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NO_DATA = "NO_DATA"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`numbers` are the evidence by name (rates, interval, e_value, p_value, psi, threshold…); `why` is one sentence.

    `requests_needed` is how many more of the candidate's requests would allow a verdict, 0 where there is one.
    """

    guardrail: str
    verdict: Verdict
    why: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    requests_needed: int = 0
