"""An experiment: which variant is better, asked of units that stay where they are put."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from sluice.errors import InvalidDefinition
from sluice.experiments.allocation import ALL_BPS, Allocation
from sluice.experiments.attributes import AttributeType, checked_schema
from sluice.experiments.key import checked_bps, checked_key
from sluice.experiments.slot_ranges import SlotRange, in_order
from sluice.experiments.unit import checked_unit_type
from sluice.experiments.variant import Variant
from sluice.frozen import frozen

_TEXT_LIMIT_CHARACTERS = 2000
_VARIANT_LIMIT = 32


class ExperimentState(StrEnum):
    """Its life, in one direction."""

    DRAFT = "draft"
    RUNNING = "running"
    CONCLUDED = "concluded"
    ARCHIVED = "archived"


class Hashing(StrEnum):
    """The scheme of the arm draw."""

    SHA256 = "sha256"
    GROWTHBOOK_V2 = "growthbook-v2"


@frozen
class Plan:
    """What was meant to be measured, written down before it was.

    `guardrails` are metrics that must not get worse; `planned_days` and `planned_units` say when to look for good.
    """

    primary_metric: str
    guardrails: tuple[str, ...] = ()
    planned_days: int | None = None
    planned_units: int | None = None

    def __post_init__(self) -> None:
        for name, metric in (("primary_metric", self.primary_metric), *(("guardrails", it) for it in self.guardrails)):
            checked_key("plan", name, metric)
        for name in ("planned_days", "planned_units"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                raise InvalidDefinition("plan", name, f"found {value!r}, must be 1 or more")


@frozen
class Conclusion:
    """What an experiment ended with: the variant that is to stay, or none, and why."""

    variant: str | None
    why: str


@frozen
class Experiment:
    """A valid experiment; building an invalid one raises InvalidDefinition, which names the field.

    `seed` makes its draw its own; `slots` are the ranges of its namespace that it owns or asks for; `eligibility` is
    a condition over `attributes`, empty for everybody. `revision` counts published changes. A stopped experiment
    gives its treatments to nobody any more and can only be concluded.
    """

    key: str
    hypothesis: str
    owner: str
    model: str
    namespace: str
    slots: tuple[SlotRange, ...]
    variants: tuple[Variant, ...]
    plan: Plan
    unit_type: str = "user"
    eligibility: str = ""
    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    coverage_bps: int = ALL_BPS
    hashing: Hashing = Hashing.SHA256
    seed: str = ""
    sticky: bool = True
    allocation_version: int = 1
    revision: int = 1
    state: ExperimentState = ExperimentState.DRAFT
    is_stopped: bool = False
    conclusion: Conclusion | None = None

    def __post_init__(self) -> None:
        _check_names(self)
        _check_variants(self)
        checked_bps(self.subject, "coverage_bps", self.coverage_bps)
        checked_schema(self.subject, self.attributes)
        in_order(self.subject, "slots", self.slots)
        if self.is_stopped and self.state is ExperimentState.DRAFT:
            raise InvalidDefinition(self.subject, "is_stopped", "a draft has nothing to stop")
        _check_conclusion(self)

    @property
    def subject(self) -> str:
        """How messages call it."""
        return f"experiment {self.key!r}"

    @property
    def draw_seed(self) -> str:
        """The seed, or the key where none was given."""
        return self.seed or self.key

    @property
    def allocation(self) -> Allocation:
        """Who owns which slots of the arm draw."""
        weights = tuple(variant.weight_bps for variant in self.variants)
        return Allocation(weights, self.coverage_bps, self.allocation_version)

    @property
    def control(self) -> Variant:
        """The reference: the first variant."""
        return self.variants[0]


def _check_names(it: Experiment) -> None:
    checked_key("experiment", "key", it.key)
    for name in ("model", "namespace"):
        checked_key(it.subject, name, getattr(it, name))
    for name in ("hypothesis", "owner"):
        text = getattr(it, name)
        if type(text) is not str or not text.strip() or len(text) > _TEXT_LIMIT_CHARACTERS:
            raise InvalidDefinition(it.subject, name, f"must be a text of 1 to {_TEXT_LIMIT_CHARACTERS} characters")
    checked_unit_type(it.unit_type, f"{it.subject}: unit_type")
    if not it.seed.isprintable():
        raise InvalidDefinition(it.subject, "seed", "must be printable")


def _check_variants(it: Experiment) -> None:
    if not 2 <= len(it.variants) <= _VARIANT_LIMIT:
        rule = f"found {len(it.variants)}, allowed: 2 to {_VARIANT_LIMIT}, control first"
        raise InvalidDefinition(it.subject, "variants", rule)
    keys = [variant.key for variant in it.variants]
    if len(set(keys)) != len(keys):
        raise InvalidDefinition(it.subject, "variants", "two have the same key")
    total_bps = sum(variant.weight_bps for variant in it.variants)
    if total_bps != ALL_BPS:
        raise InvalidDefinition(it.subject, "variants", f"weight_bps sum to {total_bps}, must be {ALL_BPS}")


def _check_conclusion(it: Experiment) -> None:
    if it.conclusion is None:
        if it.state is ExperimentState.CONCLUDED:
            raise InvalidDefinition(it.subject, "conclusion", "a concluded experiment says what it ended with")
        return
    if it.state in (ExperimentState.DRAFT, ExperimentState.RUNNING):
        raise InvalidDefinition(it.subject, "conclusion", f"a {it.state} experiment has none yet")
    if it.conclusion.variant is not None and it.conclusion.variant not in {variant.key for variant in it.variants}:
        raise InvalidDefinition(it.subject, "conclusion.variant", f"found {it.conclusion.variant!r}, which is none")
