"""What was seen of both sides in one window of time; the metrics source makes it, the judge reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sluice.analysis.moments import Moments

__all__ = ["Baseline", "Moments", "SideReading", "Window"]


@dataclass(frozen=True, slots=True)
class SideReading:
    """One function version in one window.

    `slow` counts, by quantile_bps, warm requests above the baseline's threshold for that quantile; `slow_cold` the same
    of `cold_starts`, the first requests of an environment. `bins` counts predictions per output by the frozen bins, the
    last two being missing and out of range. `moments` are custom metrics by name; `billed_ms` is one of them.
    """

    requests: int = 0
    server_errors: int = 0
    warm_requests: int = 0
    slow: Mapping[int, int] = field(default_factory=dict)
    cold_starts: int = 0
    slow_cold: Mapping[int, int] = field(default_factory=dict)
    bad_values: int = 0
    moments: Mapping[str, Moments] = field(default_factory=dict)
    bins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """Both sides from `starts_at`, for `seconds`; windows do not overlap.

    `unseen` says why not all predictions in it were looked at, so that bins and moments lack some; empty if they were.
    """

    starts_at: datetime
    seconds: int
    stable: SideReading
    candidate: SideReading
    unseen: str = ""

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return self.starts_at + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What "slow" means: the stable side's quantiles in milliseconds before the rollout, by quantile_bps; frozen."""

    warm_ms: Mapping[int, float] = field(default_factory=dict)
    cold_ms: Mapping[int, float] = field(default_factory=dict)
