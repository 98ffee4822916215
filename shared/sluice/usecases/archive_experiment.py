"""Put a draft or a concluded experiment out of the way."""

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import ExperimentRevision, experiment_definition
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import find_experiment


def archive_experiment(key: str, *, change: Change, definitions: DefinitionStore, clock: Clock) -> ExperimentRevision:
    """Archive it; its history stays, and no snapshot changes, for it does not run.

    Raises UnknownDefinition, MoveRefused, DefinitionChanged.
    """
    present = find_experiment(key, definitions=definitions).experiment
    change.refuse_other(Kind.EXPERIMENT, key, present.revision)
    archived, note = lifecycle.archive(present), change.note("archive", clock.now())
    definitions.commit([experiment_definition(archived, note)])
    return ExperimentRevision(archived, note)
