"""Who owns which slots of one namespace, prepared from its part of a snapshot."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sluice.experiments.conditions import ConditionLanguage
from sluice.experiments.running_experiment import RunningExperiment
from sluice.experiments.slots import SLOTS_PER_BPS, Draw, holdout_salt, namespace_salt


class NamespaceIndex:
    """Looks a slot up by bisection; an experiment is prepared, and its condition compiled, when one is first met."""

    def __init__(
        self, entry: Mapping[str, Any], experiments: Sequence[Mapping[str, Any]], language: ConditionLanguage
    ) -> None:
        self.key: str = entry["key"]
        self.unit_type: str = entry["unit_type"]
        self._draw_name = f"{self.key}:{entry['seed']}"
        self.draw = Draw(namespace_salt(self.key, entry["seed"]), self.unit_type)
        self.holdout = Draw(holdout_salt(self.key, entry["seed"]), self.unit_type)
        self.holdout_slots: int = entry["holdout_bps"] * SLOTS_PER_BPS
        self._firsts = [first for first, _, _ in entry["slots"]]
        self._ends = [end for _, end, _ in entry["slots"]]
        self._entries = [experiments[at] for _, _, at in entry["slots"]]
        self._language = language
        self._prepared: dict[str, RunningExperiment] = {}

    def owner_of(self, slot: int) -> RunningExperiment | None:
        """The experiment that owns the slot."""
        at = bisect_right(self._firsts, slot) - 1
        return self._prepare(self._entries[at]) if at >= 0 and slot < self._ends[at] else None

    @cached_property
    def experiments(self) -> Mapping[str, RunningExperiment]:
        """All of them, by key; asked for where a unit has overrides, and to explain."""
        return {entry["key"]: self._prepare(entry) for entry in self._entries}

    def holds_out(self, unit_id: bytes) -> bool:
        """Whether the unit is kept out of the whole namespace."""
        return self.holdout_slots > 0 and self.holdout.slot_of(unit_id) < self.holdout_slots

    def _prepare(self, entry: Mapping[str, Any]) -> RunningExperiment:
        prepared = self._prepared.get(entry["key"])
        if prepared is None:
            prepared = RunningExperiment(
                entry,
                namespace=self.key,
                draw_name=self._draw_name,
                unit_type=self.unit_type,
                language=self._language,
            )
            self._prepared[entry["key"]] = prepared
        return prepared
