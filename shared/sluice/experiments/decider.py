"""Deciding: from a unit to its assignments, by the precedence of `reasons.py`, in microseconds.

A namespace has one draw; its slots are looked up by bisection, so what a request costs grows with the namespaces that
touch its model, not with the experiments that run in them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sluice.experiments.assignment import Assignment
from sluice.experiments.attributes import AttributeFilter
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.facts import Facts
from sluice.experiments.namespace_index import NamespaceIndex
from sluice.experiments.reasons import Reason
from sluice.experiments.running_experiment import RunningExperiment
from sluice.experiments.snapshot import ModelSnapshot
from sluice.experiments.unit_state import StoredAssignment, UnitState

_BUCKETED, _FALLBACK = Reason.BUCKETED, Reason.FALLBACK


class Decider:
    """A model's snapshot, prepared."""

    def __init__(self, snapshot: ModelSnapshot, language_over: LanguageOver) -> None:
        self.snapshot = snapshot
        self._attributes = AttributeFilter(snapshot.attributes)
        self._language = language_over(snapshot.attributes)
        self._by_unit_type: dict[str, list[NamespaceIndex]] = {}
        for entry in snapshot.namespaces:
            namespace = NamespaceIndex(entry, snapshot.experiments, self._language)
            self._by_unit_type.setdefault(namespace.unit_type, []).append(namespace)

    def concerns(self, unit_type: str) -> bool:
        """Whether a unit of this type can be in an experiment at all; if not, its state need not be read."""
        return unit_type in self._by_unit_type

    def namespaces(self, unit_type: str) -> Sequence[NamespaceIndex]:
        """Those of a unit type, in the declared order."""
        return self._by_unit_type.get(unit_type, ())

    def facts(self, attributes: Mapping[str, Any]) -> Facts:
        """The attributes of one request."""
        return Facts(attributes, self._attributes, self._language)

    def decide(
        self, unit_type: str, unit_id: str, *, attributes: Mapping[str, Any], state: UnitState | None
    ) -> list[Assignment]:
        """One assignment per namespace whose draw gives the unit to an experiment, in the declared order.

        `state` is None where it could not be read in time: then what is computed has the reason FALLBACK.
        """
        facts = self.facts(attributes)
        encoded = unit_id.encode()
        decided = []
        for namespace in self._by_unit_type.get(unit_type, ()):
            assignment = decide_in(namespace, encoded, facts, state)
            if assignment is not None:
                decided.append(assignment)
        return decided


def decide_in(namespace: NamespaceIndex, unit_id: bytes, facts: Facts, state: UnitState | None) -> Assignment | None:
    """The assignment in one namespace; None where the unit's slot belongs to nobody."""
    if state is not None and state.overrides and (forced := forced_in(namespace, unit_id, state)):
        return forced
    slot = namespace.draw.slot_of(unit_id)
    experiment = namespace.owner_of(slot)
    if experiment is None:
        return None
    stored = state.assignments.get(experiment.key) if state is not None else None
    if stored is not None and not experiment.is_stopped:
        kept = kept_from(stored, experiment, slot)
        if kept is not None:
            return kept
    why_not = _kept_out(namespace, experiment, unit_id, facts)
    if why_not is not None:
        return Assignment(experiment, None, why_not, slot)
    return _drawn(experiment, unit_id, slot, _FALLBACK if state is None else _BUCKETED)


def forced_in(namespace: NamespaceIndex, unit_id: bytes, state: UnitState) -> Assignment | None:
    """The unit's override in this namespace; of several the first by key, for a unit is in one experiment only."""
    for subject in sorted(state.overrides):
        experiment = namespace.experiments.get(subject)
        variant = experiment.by_key.get(state.overrides[subject].variant) if experiment else None
        if experiment is not None and variant is not None:
            slot = namespace.draw.slot_of(unit_id)
            if experiment.is_stopped:
                return Assignment(experiment, None, Reason.KILL_SWITCH, slot)
            return Assignment(experiment, variant, Reason.OVERRIDE, slot)
    return None


def kept_from(stored: StoredAssignment, experiment: RunningExperiment, slot: int | None) -> Assignment | None:
    """The stored assignment, if it is of the namespace's present draw; that `experiment` owns the slot is known."""
    variant = experiment.by_key.get(stored.variant)
    if variant is None or stored.namespace_draw != experiment.draw_name:
        return None
    entered = stored.allocation_version, stored.propensity_bps, stored.crossed_over
    return Assignment(experiment, variant, Reason.STORED, slot, None, *entered)


def _kept_out(namespace: NamespaceIndex, experiment: RunningExperiment, unit_id: bytes, facts: Facts) -> Reason | None:
    if experiment.is_stopped:
        return Reason.KILL_SWITCH
    if namespace.holds_out(unit_id):
        return Reason.HOLDOUT
    if experiment.condition is not None:
        holds = facts.satisfy(experiment.condition)
        if holds is not True:
            return Reason.ATTRIBUTE_MISSING if holds is None else Reason.NOT_ELIGIBLE
    return None


def _drawn(experiment: RunningExperiment, unit_id: bytes, slot: int, reason: Reason) -> Assignment:
    arm_slot = experiment.draw.slot_of(unit_id)
    variant = experiment.variant_at(arm_slot)
    if variant is None:
        return Assignment(experiment, None, Reason.NOT_COVERED, slot, arm_slot, experiment.allocation_version)
    return Assignment(experiment, variant, reason, slot, arm_slot, experiment.allocation_version, variant.weight_bps)
