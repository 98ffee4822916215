"""Write an experiment down as a draft, or another text of one that is still a draft."""

from dataclasses import dataclass

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.experiment import Experiment
from sluice.experiments.experiment_document import are_written_alike
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import ExperimentRevision, experiment_definition, experiment_revision
from sluice.usecases.check_experiment import Surroundings, draft_problems, namespace_of, refuse
from sluice.usecases.definition_change import Change, Written


@dataclass(frozen=True, slots=True)
class DefinedExperiment:
    """The experiment as it then is, and what that took."""

    revision: ExperimentRevision
    written: Written


def define_experiment(
    wanted: Experiment, *, change: Change, definitions: DefinitionStore, surroundings: Surroundings, clock: Clock
) -> DefinedExperiment:
    """Create the draft or edit it; what is written so already, published or not, stays as it is.

    Raises InvalidDefinition, MoveRefused for what is published, DefinitionChanged.
    """
    stored = definitions.find(Kind.EXPERIMENT, wanted.key)
    change.refuse_other(Kind.EXPERIMENT, wanted.key, stored.revision if stored else 0)
    present = experiment_revision(stored) if stored else None
    if present and are_written_alike(present.experiment, wanted):
        return DefinedExperiment(present, Written.UNCHANGED)
    draft = lifecycle.edit(present.experiment, wanted) if present else wanted
    refuse(draft_problems(draft, namespace_of(draft, definitions), surroundings))
    note = change.note("edit" if present else "create", clock.now())
    definitions.commit([experiment_definition(draft, note)])
    return DefinedExperiment(ExperimentRevision(draft, note), Written.EDITED if present else Written.CREATED)
