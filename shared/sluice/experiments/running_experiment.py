"""A running experiment, prepared so that a request only looks things up. Made from its part of a snapshot."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from sluice.experiments.allocation import Allocation
from sluice.experiments.conditions import Condition, ConditionLanguage
from sluice.experiments.experiment import Experiment, Hashing
from sluice.experiments.growthbook_hash import GrowthbookDraw
from sluice.experiments.slots import Draw, experiment_salt
from sluice.experiments.variant import Variant


class RunningExperiment:
    """What deciding needs of an experiment, and nothing else. `draw_name` is its namespace's key and seed."""

    __slots__ = (
        "_ends",
        "_starts",
        "allocation_version",
        "by_key",
        "condition",
        "coverage_bps",
        "draw",
        "draw_name",
        "eligibility",
        "is_stopped",
        "key",
        "namespace",
        "revision",
        "sticky",
        "variants",
    )

    def __init__(
        self, entry: Mapping[str, Any], *, namespace: str, draw_name: str, unit_type: str, language: ConditionLanguage
    ) -> None:
        self.key: str = entry["key"]
        self.revision: int = entry["revision"]
        self.namespace = namespace
        self.draw_name = draw_name
        self.is_stopped: bool = entry["stopped"]
        self.sticky: bool = entry["sticky"]
        self.variants = tuple(Variant(*each) for each in entry["variants"])
        self.by_key = {variant.key: variant for variant in self.variants}
        allocation = _allocation(entry, self.variants)
        self.allocation_version = allocation.allocation_version
        self._starts, self._ends = zip(*allocation.ranges(), strict=True)
        self.draw = _draw(entry, unit_type)
        self.coverage_bps: int = entry["coverage_bps"]
        self.eligibility: str = entry["eligibility"]
        self.condition: Condition | None = _condition(self.eligibility, language) if self.eligibility else None

    def variant_at(self, slot: int) -> Variant | None:
        """Who owns a slot of the arm draw; the same answer as `Allocation.variant_at`, without building ranges."""
        position = bisect_right(self._starts, slot) - 1
        # Variants without weight begin where the next one does; bisect lands on the last of them.
        return self.variants[position] if slot < self._ends[position] else None

    @property
    def salt(self) -> str:
        """What the arm draw is salted with; GrowthBook's hash calls it a seed."""
        return self.draw.salt if isinstance(self.draw, Draw) else self.draw.seed

    def ranges(self) -> list[tuple[Variant, int, int]]:
        """Each variant with the first slot that it owns and the first after it that it does not."""
        return list(zip(self.variants, self._starts, self._ends, strict=True))


def to_entry(experiment: Experiment) -> dict[str, Any]:
    """The inverse: what a snapshot holds of an experiment."""
    return {
        "key": experiment.key,
        "revision": experiment.revision,
        "stopped": experiment.is_stopped,
        "sticky": experiment.sticky,
        "hashing": experiment.hashing.value,
        "seed": experiment.draw_seed,
        "coverage_bps": experiment.coverage_bps,
        "allocation_version": experiment.allocation_version,
        "eligibility": experiment.eligibility,
        "variants": [[it.key, it.weight_bps, it.model_version, dict(it.parameters)] for it in experiment.variants],
    }


class _Untold:
    """The condition was written for another version of the language; whoever it was for, nobody can tell now."""

    def holds(self, facts: Any) -> bool | None:  # noqa: ARG002 - the port's
        return None


def _condition(text: str, language: ConditionLanguage) -> Condition:
    try:
        return language.compile(text)
    except ValueError:
        # It was compiled before it was published. One experiment that takes nobody is better than none at all.
        return _Untold()


def _allocation(entry: Mapping[str, Any], variants: tuple[Variant, ...]) -> Allocation:
    weights = tuple(variant.weight_bps for variant in variants)
    return Allocation(weights, entry["coverage_bps"], entry["allocation_version"])


def _draw(entry: Mapping[str, Any], unit_type: str) -> Draw | GrowthbookDraw:
    if entry["hashing"] == Hashing.GROWTHBOOK_V2:
        return GrowthbookDraw(entry["seed"])
    return Draw(experiment_salt(entry["key"], entry["seed"], entry["allocation_version"]), unit_type)
