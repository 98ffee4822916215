"""Which model versions the running experiments of a model need, so that a release takes nobody's variant away."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sluice.catalog.approval import ApprovalState
from sluice.catalog.ports import Registry
from sluice.catalog.release import Release
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.change_experiment import running_experiments
from sluice.usecases.served_versions import needed_versions


@dataclass(frozen=True, slots=True)
class ExperimentNeeds:
    """Model versions, each with the keys of the experiments that need it.

    `unapproved` may not be released: units whose variant they are get the release's default, and records say so.
    """

    preloaded: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    unapproved: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def lacking_in(self, release: Release) -> str:
        """What may be released, and this release has not, as words; "" if it has all."""
        return _shown({it: keys for it, keys in self.preloaded.items() if it not in release.content.versions})

    def __str__(self) -> str:
        parts = []
        if self.preloaded:
            parts.append(f"preloads {_shown(self.preloaded)}")
        if self.unapproved:
            parts.append(f"lacks what is not approved: {_shown(self.unapproved)}")
        return "; ".join(parts)


NOTHING_NEEDED = ExperimentNeeds()


def experiment_needs(model: str, *, registry: Registry, definitions: DefinitionStore) -> ExperimentNeeds:
    """What experiments need that still give treatments: those that were stopped need nothing."""
    needed: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for experiment in running_experiments(model, definitions):
        if not experiment.is_stopped:
            for number in needed_versions(experiment):
                needed[number] += (experiment.key,)
    stored = {number: registry.find_version(model, number) for number in sorted(needed)}
    fit = {number for number, each in stored.items() if each and each.approval.state is ApprovalState.APPROVED}
    return ExperimentNeeds(
        {number: needed[number] for number in stored if number in fit},
        {number: needed[number] for number in stored if number not in fit},
    )


def _shown(needed: Mapping[int, tuple[str, ...]]) -> str:
    return ", ".join(f"version {number} for {', '.join(keys)}" for number, keys in needed.items())
