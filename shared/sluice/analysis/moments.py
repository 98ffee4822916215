"""A metric's count, sum and sum of squares: all that its mean and variance need, and they add up."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moments:
    """Of no observation, or of many."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """Of at least one observation."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Unbiased, of at least two observations; rounding never makes it negative."""
        return max(0.0, self.squares - self.total * self.mean) / (self.count - 1)


def added(moments: Sequence[Moments]) -> Moments:
    """All of them together; column by column, as there may be many."""
    return Moments(sum(it.count for it in moments), sum(it.total for it in moments), sum(it.squares for it in moments))
