"""Between which ratios of two rates the truth lies, at every look: the bounds that `two_arm` does not reject."""

from sluice.analysis.bisection import smallest
from sluice.analysis.restarts import restarted
from sluice.analysis.two_arm import Pairs, evidence_by_start, of_both_sides, swapped

_PRECISION = 0.01
_SMALLEST_RATIO = 1e-4


def lowest_ratio(windows: Pairs, *, alpha: float) -> float:
    """Below which the candidate's rate over the stable one's has not been all the time, at level `alpha`.

    Given to within 1 %, on the safe side; 0 where nothing is excluded.
    """
    pairs = of_both_sides(windows)

    def is_possible(ratio: float) -> bool:
        return restarted(evidence_by_start(pairs, ratio_bound=ratio)) < 1 / alpha

    if is_possible(_SMALLEST_RATIO):
        return 0.0
    found = smallest(is_possible, first=1.0, precision=_PRECISION)
    assert found is not None, "no ratio is excluded by its own likelihood"
    return found * (1 - _PRECISION)


def highest_ratio(windows: Pairs, *, alpha: float) -> float | None:
    """The same from above; None where nothing is excluded."""
    inverse = lowest_ratio(swapped(windows), alpha=alpha)
    return 1 / inverse if inverse else None
