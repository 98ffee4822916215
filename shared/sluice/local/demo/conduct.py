"""How a function version behaves in a rehearsal: well, or with exactly one fault."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from statistics import NormalDist


class Fault(StrEnum):
    """What is wrong with the candidate.

    errors: three times as many. latency: the 99th percentile doubles, the median stays. scores: too many answers say
    one class. nan: some answers are no numbers. init: its environments never start.
    """

    ERRORS = "errors"
    LATENCY = "latency"
    SCORES = "scores"
    NAN = "nan"
    INIT = "init"


@dataclass(frozen=True, slots=True)
class Conduct:
    """Shares are of requests. Latency is log-normal, by its median and the deviation of its logarithm.

    `one_class_share` of the answers say the last class whatever was asked.
    """

    error_share: float = 0.03
    latency_median_ms: float = 20.0
    latency_sigma: float = 0.4
    one_class_share: float = 0.0
    nan_share: float = 0.0
    starts: bool = True


GOOD = Conduct()


def conduct_with(fault: Fault | None) -> Conduct:
    """The good conduct, changed in what the fault says and nothing else."""
    match fault:
        case Fault.ERRORS:
            return replace(GOOD, error_share=3 * GOOD.error_share)
        case Fault.LATENCY:
            return replace(GOOD, latency_sigma=GOOD.latency_sigma + log(2) / NormalDist().inv_cdf(0.99))
        case Fault.SCORES:
            return replace(GOOD, one_class_share=0.25)
        case Fault.NAN:
            return replace(GOOD, nan_share=0.1)
        case Fault.INIT:
            return replace(GOOD, starts=False)
        case None:
            return GOOD
