"""A guardrail: one thing that must not get worse, and by how much it may."""

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Guardrail:
    """Fails where the candidate is worse than allowed, at level `alpha` however often it is looked at.

    `ratio_bound` bounds the candidate's rate or mean relative to the stable side's (1.0: no worse at all); `absolute`
    bounds it whatever the stable side does, None for no such bound. `floor` is the practical significance: a ratio
    (rates, means, cost) or a PSI (distribution) below it never fails, however certain it is. `metric` names a custom
    metric (mean) or an output (distribution); `quantile_bps` is what "slow" means, 9,900 for the 99th percentile.
    """

    key: str
    kind: GuardrailKind
    metric: str = ""
    worse_is: WorseIs = WorseIs.HIGHER
    ratio_bound: float = 1.0
    absolute: float | None = None
    floor: float = 1.1
    alpha: float = 0.05
    quantile_bps: int = 9_900
    minimum_requests: int = 100

    def __post_init__(self) -> None:
        checked_key("guardrail", "key", self.key)
        subject = f"guardrail {self.key!r}"
        needs_metric = self.kind in (GuardrailKind.MEAN, GuardrailKind.DISTRIBUTION)
        if needs_metric != bool(self.metric):
            rule = "names the metric or output" if needs_metric else f"{self.kind} has no other metric"
            raise InvalidDefinition(subject, "metric", rule)
        if not 0 < self.alpha < 1:
            raise InvalidDefinition(subject, "alpha", f"found {self.alpha}, must be between 0 and 1")
        if self.ratio_bound <= 0 or self.floor < 0:
            raise InvalidDefinition(subject, "ratio_bound", "ratio_bound must be positive, floor 0 or more")
        if not 5_000 <= self.quantile_bps < 10_000:
            raise InvalidDefinition(subject, "quantile_bps", f"found {self.quantile_bps}, allowed: 5000 to 9999")
        if self.minimum_requests < 1:
            raise InvalidDefinition(subject, "minimum_requests", "must be 1 or more")
