"""A guardrail: one thing that must not get worse, and by how much it may."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite

from sluice.errors import InvalidDefinition
from sluice.experiments.key import checked_key


class GuardrailKind(StrEnum):
    """What is compared between the candidate and the stable side, over the same windows.

    errors: requests answered 5xx. slow: warm requests slower than the stable side's own quantile was before the
    rollout. cold: the same of cold starts. mean: a custom metric's, or a score's, mean. cost: the mean of billed
    milliseconds. distribution: predictions, by the frozen bins of the model's card. data_quality: answers that are no
    finite numbers, and requests whose inputs are out of range.
    """

    ERRORS = "errors"
    SLOW = "slow"
    COLD = "cold"
    MEAN = "mean"
    COST = "cost"
    DISTRIBUTION = "distribution"
    DATA_QUALITY = "data_quality"


class WorseIs(StrEnum):
    """The direction in which the metric gets worse."""

    HIGHER = "higher"
    LOWER = "lower"
    EITHER = "either"


RATES = frozenset({GuardrailKind.ERRORS, GuardrailKind.SLOW, GuardrailKind.COLD, GuardrailKind.DATA_QUALITY})
_NAMES_A_METRIC = frozenset({GuardrailKind.MEAN, GuardrailKind.DISTRIBUTION})
_FLOOR_RATIO = 1.1
_FLOOR_PSI = 0.1


@dataclass(frozen=True, slots=True)
class Guardrail:
    """Fails where the candidate is worse than allowed, at level `alpha` however often it is looked at.

    `ratio_bound` bounds the candidate's rate or mean relative to the stable side's (1.0: no worse at all; None: not
    compared); `absolute` bounds it whatever the stable side does, None for no such bound. `floor` is the practical
    significance: a ratio (rates, means, cost; 1.1 if None) or a PSI (distribution; 0.1 if None) below it never fails,
    however certain it is. `metric` names a custom metric (mean) or an output (distribution); `quantile_bps` is what
    "slow" means, 9,900 for the 99th percentile. `minimum_requests` of each side must count for it before it passes.
    """

    key: str
    kind: GuardrailKind
    metric: str = ""
    worse_is: WorseIs = WorseIs.HIGHER
    ratio_bound: float | None = 1.0
    absolute: float | None = None
    floor: float | None = None
    alpha: float = 0.05
    quantile_bps: int = 9_900
    minimum_requests: int = 100

    def __post_init__(self) -> None:
        checked_key("guardrail", "key", self.key)
        _check_metric(self)
        _check_bounds(self)
        _require(self, 0 < self.alpha < 1, "alpha", f"found {self.alpha}, must be between 0 and 1")
        is_quantile = 5_000 <= self.quantile_bps < 10_000
        _require(self, is_quantile, "quantile_bps", f"found {self.quantile_bps}, allowed: 5000 to 9999")
        _require(self, self.minimum_requests >= 1, "minimum_requests", "must be 1 or more: no data is no news")

    @property
    def practical_floor(self) -> float:
        """`floor`, or its kind's."""
        if self.floor is not None:
            return self.floor
        return _FLOOR_PSI if self.kind is GuardrailKind.DISTRIBUTION else _FLOOR_RATIO

    @property
    def bounds(self) -> int:
        """How many bounds it has; they share its alpha."""
        return (self.ratio_bound is not None) + (self.absolute is not None)


def _check_metric(it: Guardrail) -> None:
    needs_metric = it.kind in _NAMES_A_METRIC
    rule = "names the metric or output" if needs_metric else f"{it.kind} has no other metric"
    _require(it, needs_metric == bool(it.metric), "metric", rule)
    has_direction = it.kind is GuardrailKind.MEAN or it.worse_is is WorseIs.HIGHER
    _require(it, has_direction, "worse_is", f"only a mean has a direction; of {it.kind}, higher is worse")


def _check_bounds(it: Guardrail) -> None:
    ratio, absolute, floor = it.ratio_bound, it.absolute, it.floor
    _require(it, bool(it.bounds), "ratio_bound", "without it, there must be an absolute bound")
    _require(it, ratio is None or 0 < ratio < inf, "ratio_bound", f"found {ratio}, must be positive")
    least = 0.0 if it.kind is GuardrailKind.DISTRIBUTION else 1.0
    _require(it, floor is None or least <= floor < inf, "floor", f"found {floor}, must be {least:g} or more")
    if it.kind is GuardrailKind.DISTRIBUTION:
        _require(
            it, it.ratio_bound == 1 and absolute is None, "ratio_bound", "a distribution is compared, by its floor"
        )
    elif absolute is not None and it.kind in RATES:
        _require(it, 0 < absolute < 1, "absolute", f"found {absolute}, a rate's bound is between 0 and 1")
    else:
        _require(it, absolute is None or isfinite(absolute), "absolute", f"found {absolute}, must be finite")


def _require(guardrail: Guardrail, holds: bool, field: str, rule: str) -> None:
    if not holds:
        raise InvalidDefinition(f"guardrail {guardrail.key!r}", field, rule)
