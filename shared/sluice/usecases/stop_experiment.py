"""The kill switch of one experiment."""

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revisions import ExperimentRevision
from sluice.usecases.change_experiment import Moved, change_experiment
from sluice.usecases.definition_change import Change


def stop_experiment(key: str, *, change: Change, definitions: DefinitionStore, clock: Clock) -> ExperimentRevision:
    """From the next snapshot on nobody gets a treatment; the slots stay its own until it is concluded.

    Raises UnknownDefinition, MoveRefused, DefinitionChanged, Conflict.
    """
    return change_experiment(
        key,
        "stop",
        lambda present: Moved(lifecycle.stop(present.experiment)),
        change=change,
        definitions=definitions,
        clock=clock,
    )
