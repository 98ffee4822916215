"""What came of evaluating a flag for one asker; the rules are in `flag_decider.py`."""

from dataclasses import dataclass
from enum import StrEnum

from sluice.experiments.flag import Flag
from sluice.experiments.flag_value import FlagValue


class FlagReason(StrEnum):
    """Why: a closed set. Only RULE_SPLIT and DEFAULT_SPLIT are chance, and may be analysed."""

    DISABLED = "DISABLED"
    OVERRIDE = "OVERRIDE"
    PREREQUISITE = "PREREQUISITE"
    RULE = "RULE"
    RULE_SPLIT = "RULE_SPLIT"
    STATIC = "STATIC"
    DEFAULT = "DEFAULT"
    DEFAULT_SPLIT = "DEFAULT_SPLIT"


class FailureCode(StrEnum):
    """Why a flag that exists could not be evaluated; OpenFeature's names."""

    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    GENERAL = "GENERAL"


@dataclass(frozen=True, slots=True)
class FlagDecision:
    """A variant of the flag, or none, and all that is needed to find out again why.

    `rule` is the index of the rule that held; `slot` and `weight_bps` tell of a split; `prerequisite` is the flag
    that gave another variant than is needed. `undecided_rules` counts rules that were passed over because an
    attribute that they look at was missing.
    """

    flag: Flag
    variant: str | None
    reason: FlagReason
    rule: int | None = None
    slot: int | None = None
    weight_bps: int | None = None
    prerequisite: str | None = None
    undecided_rules: int = 0

    @property
    def value(self) -> FlagValue | None:
        """The variant's value; None where the client's own default counts."""
        return None if self.variant is None else self.flag.variants[self.variant]


@dataclass(frozen=True, slots=True)
class FlagFailure:
    """The flag could not be evaluated for this asker."""

    flag: Flag
    code: FailureCode
    details: str


FlagResult = FlagDecision | FlagFailure
