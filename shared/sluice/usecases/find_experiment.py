"""Read experiments: one, its history, or those that a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sluice.errors import UnknownDefinition
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import ExperimentRevision, experiment_revision


@dataclass(frozen=True, slots=True)
class ExperimentSearch:
    """What is given must be so; `metric` is the primary metric or a guardrail, `text` stands in the hypothesis."""

    owner: str | None = None
    model: str | None = None
    state: ExperimentState | None = None
    metric: str | None = None
    text: str | None = None

    def finds(self, experiment: Experiment) -> bool:
        """Whether the experiment is one of those."""
        wanted = (self.owner, self.model, self.state)
        found = (experiment.owner, experiment.model, experiment.state)
        metrics = (experiment.plan.primary_metric, *experiment.plan.guardrails)
        return (
            all(one in (None, other) for one, other in zip(wanted, found, strict=True))
            and (self.metric is None or self.metric in metrics)
            and (self.text is None or self.text.casefold() in experiment.hypothesis.casefold())
        )


EVERYTHING = ExperimentSearch()


def find_experiment(key: str, *, definitions: DefinitionStore) -> ExperimentRevision:
    """The newest revision. Raises UnknownDefinition."""
    stored = definitions.find(Kind.EXPERIMENT, key)
    if stored is None:
        raise UnknownDefinition(Kind.EXPERIMENT, key)
    return experiment_revision(stored)


def list_experiments(
    search: ExperimentSearch = EVERYTHING, *, definitions: DefinitionStore
) -> Sequence[ExperimentRevision]:
    """The newest revision of each that the search finds, by key."""
    revisions = map(experiment_revision, definitions.list_all(Kind.EXPERIMENT))
    return [each for each in revisions if search.finds(each.experiment)]


def experiment_history(key: str, *, definitions: DefinitionStore) -> Sequence[ExperimentRevision]:
    """Every revision, oldest first. Raises UnknownDefinition."""
    revisions = definitions.history(Kind.EXPERIMENT, key)
    if not revisions:
        raise UnknownDefinition(Kind.EXPERIMENT, key)
    return [experiment_revision(each) for each in revisions]
