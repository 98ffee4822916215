"""Let more of the eligible units into a running experiment."""

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revisions import ExperimentRevision
from sluice.usecases.change_experiment import Moved, change_experiment
from sluice.usecases.definition_change import Change


def ramp_experiment(
    key: str, coverage_bps: int, *, change: Change, definitions: DefinitionStore, clock: Clock
) -> ExperimentRevision:
    """Raise the coverage; nobody who is in moves.

    Raises UnknownDefinition, InvalidDefinition, MoveRefused, DefinitionChanged, Conflict.
    """
    return change_experiment(
        key,
        "ramp",
        lambda present: Moved(lifecycle.ramp(present.experiment, coverage_bps)),
        change=change,
        definitions=definitions,
        clock=clock,
    )
