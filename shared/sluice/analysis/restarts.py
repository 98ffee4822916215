"""Evidence that forgets: what was good for hours does not have to be undone by what is bad now.

A test that began with the rollout holds hours of innocence against the first bad minute. So a test begins every
`EVERY` windows, and the evidence is their average with weights that sum to 1,

    e = 0.8 e_1 + sum over j > 1 of  0.2 / ((j - 1) j) e_j,   e_j = 1 until it has begun,

which is a supermartingale if they are. Being early costs a factor of 1.25, and the tenth restart one of 450, which is
about three bad events more. (Mixing over starting times: Shin, Ramdas & Rinaldo, arXiv:2203.03532, for e-detectors.)
"""

from collections.abc import Sequence

EVERY = 60
_FIRST_SHARE = 0.8


def starts(windows: int) -> range:
    """Positions at which a test begins, once there are so many windows."""
    return range(0, windows, EVERY)


def restarted(e_values: Sequence[float]) -> float:
    """The average of those that have begun, in the order of their start, and of those to come."""
    weights = [_weight(at) for at in range(len(e_values))]
    begun = sum(weight * e_value for weight, e_value in zip(weights, e_values, strict=True))
    return begun + 1 - sum(weights)


def leading(e_values: Sequence[float]) -> int:
    """Which of them contributes most: since then the candidate is worst. 0 where none has begun."""
    return max(range(len(e_values)), key=lambda at: _weight(at) * e_values[at], default=0)


def _weight(position: int) -> float:
    return (1 - _FIRST_SHARE) / (position * (position + 1)) if position else _FIRST_SHARE
