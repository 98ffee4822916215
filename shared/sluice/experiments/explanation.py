"""Why a unit got what it got: every rule in order, with the numbers that decided, until one did.

The rules are asked again here, one by one and in words; the result is the decider's own. A test holds the two equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sluice.experiments.assignment import Assignment
from sluice.experiments.decider import Decider, decide_in
from sluice.experiments.namespace_index import NamespaceIndex
from sluice.experiments.reasons import Reason
from sluice.experiments.running_experiment import RunningExperiment
from sluice.experiments.unit_state import UnitState

RULES = ("kill switch", "override", "sticky", "holdout", "namespace", "eligibility", "coverage", "arm")

_DECIDED_AT = {
    Reason.KILL_SWITCH: "kill switch",
    Reason.OVERRIDE: "override",
    Reason.STORED: "sticky",
    Reason.HOLDOUT: "holdout",
    Reason.NOT_IN_NAMESPACE: "namespace",
    Reason.NOT_ELIGIBLE: "eligibility",
    Reason.ATTRIBUTE_MISSING: "eligibility",
    Reason.NOT_COVERED: "coverage",
    Reason.BUCKETED: "arm",
    Reason.FALLBACK: "arm",
}


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """One rule and what it found; `decided` is true of the last one."""

    rule: str
    found: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """One experiment's decision about one unit: the path, and where it ended."""

    experiment: str
    namespace: str
    variant: str | None
    reason: Reason
    rules: tuple[RuleAsked, ...]


def explain(
    decider: Decider, unit_type: str, unit_id: str, *, attributes: Mapping[str, Any], state: UnitState | None
) -> list[Explanation]:
    """For every running experiment that units of this type can be in, namespaces in the declared order.

    `state` is None to ask what would be decided without it.
    """
    explanations = []
    for namespace in decider.namespaces(unit_type):
        facts = decider.facts(attributes)
        decided = decide_in(namespace, unit_id.encode(), facts, state)
        asked = _Asked(namespace, unit_id.encode(), state, facts.get())
        explanations += [asked.explanation(it, decided) for _, it in sorted(namespace.experiments.items())]
    return explanations


@dataclass(frozen=True, slots=True)
class _Asked:
    """One unit in one namespace."""

    namespace: NamespaceIndex
    unit_id: bytes
    state: UnitState | None
    facts: Any

    def explanation(self, experiment: RunningExperiment, decided: Assignment | None) -> Explanation:
        is_decided = decided is not None and decided.experiment is experiment
        reason = decided.reason if decided is not None and is_decided else Reason.NOT_IN_NAMESPACE
        variant = decided.variant.key if decided is not None and is_decided and decided.variant else None
        last = _DECIDED_AT[reason]
        path = RULES[: RULES.index(last) + 1]
        rules = tuple(RuleAsked(rule, self._found(rule, experiment), rule == last) for rule in path)
        if decided is not None and decided.reason is Reason.OVERRIDE and not is_decided:
            found = f"the unit is forced into experiment {decided.experiment.key!r} of this namespace"
            rules = (rules[0], RuleAsked("override", found, decided=True))
        return Explanation(experiment.key, self.namespace.key, variant, reason, rules)

    def _found(self, rule: str, experiment: RunningExperiment) -> str:
        ask: Mapping[str, Callable[[RunningExperiment], str]] = {
            "kill switch": _kill_switch,
            "override": self._override,
            "sticky": self._sticky,
            "holdout": self._holdout,
            "namespace": self._ownership,
            "eligibility": self._eligibility,
            "coverage": self._coverage,
            "arm": self._arm,
        }
        return ask[rule](experiment)

    def _override(self, experiment: RunningExperiment) -> str:
        if self.state is None:
            return "the unit's state could not be read"
        override = self.state.overrides.get(experiment.key)
        return f"variant {override.variant!r}, by {override.by}: {override.why}" if override else "none"

    def _sticky(self, experiment: RunningExperiment) -> str:
        if self.state is None:
            return "the unit's state could not be read"
        stored = self.state.assignments.get(experiment.key)
        if stored is None:
            return "nothing stored"
        found = f"variant {stored.variant!r} since {stored.assigned_at:%Y-%m-%d %H:%M:%S}Z"
        found += f", allocation version {stored.allocation_version}, drawn in {stored.namespace_draw!r}"
        return found + (", crossed over" if stored.crossed_over else "")

    def _holdout(self, _: RunningExperiment) -> str:
        draw = self.namespace.holdout
        slot = draw.slot_of(self.unit_id)
        return f"slot {slot} of draw {draw.salt!r}; slots below {self.namespace.holdout_slots} are held out"

    def _ownership(self, _: RunningExperiment) -> str:
        draw = self.namespace.draw
        slot = draw.slot_of(self.unit_id)
        owner = self.namespace.owner_of(slot)
        return f"slot {slot} of draw {draw.salt!r} belongs to {f'experiment {owner.key!r}' if owner else 'nobody'}"

    def _eligibility(self, experiment: RunningExperiment) -> str:
        if experiment.condition is None:
            return "everybody is eligible"
        holds = {True: "holds", False: "does not hold", None: "cannot be told: an attribute is missing"}
        return f"{experiment.eligibility} {holds[experiment.condition.holds(self.facts)]}"

    def _coverage(self, experiment: RunningExperiment) -> str:
        slot = experiment.draw.slot_of(self.unit_id)
        taken = "in a variant's range" if experiment.variant_at(slot) else "in no variant's range yet"
        return f"coverage {experiment.coverage_bps} bps: slot {slot} is {taken}"

    def _arm(self, experiment: RunningExperiment) -> str:
        slot = experiment.draw.slot_of(self.unit_id)
        ranges = ", ".join(f"{it.key} {first}-{end - 1}" for it, first, end in experiment.ranges() if first < end)
        return f"slot {slot} of draw {experiment.salt!r}, allocation version {experiment.allocation_version}: {ranges}"


def _kill_switch(experiment: RunningExperiment) -> str:
    return "it was stopped" if experiment.is_stopped else "it is on"
