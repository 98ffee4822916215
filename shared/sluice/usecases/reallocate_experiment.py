"""Give the variants of a running experiment other weights, for units that enter from now on."""

from collections.abc import Mapping

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revisions import ExperimentRevision
from sluice.usecases.change_experiment import Moved, change_experiment
from sluice.usecases.definition_change import Change


def reallocate_experiment(
    key: str, weights_bps: Mapping[str, int], *, change: Change, definitions: DefinitionStore, clock: Clock
) -> ExperimentRevision:
    """A new allocation version; units that are in keep their variant.

    Raises UnknownDefinition, InvalidDefinition, MoveRefused, DefinitionChanged, Conflict.
    """
    return change_experiment(
        key,
        "reallocate",
        lambda present: Moved(lifecycle.reallocate(present.experiment, weights_bps)),
        change=change,
        definitions=definitions,
        clock=clock,
    )
