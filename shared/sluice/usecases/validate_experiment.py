"""Ask everything that starting an experiment would ask, and write nothing."""

from collections.abc import Iterator, Sequence

from sluice.clock import Clock
from sluice.errors import MoveRefused, SluiceError
from sluice.experiments import lifecycle
from sluice.experiments.experiment import Experiment
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import experiment_revision
from sluice.usecases.change_experiment import running_experiments
from sluice.usecases.check_experiment import Surroundings, namespace_of, start_problems


def validate_experiment(
    wanted: Experiment, *, definitions: DefinitionStore, surroundings: Surroundings, clock: Clock
) -> Sequence[SluiceError]:
    """Everything that stands against writing it down and starting it now; nothing, if it could start at once."""
    namespace = namespace_of(wanted, definitions)
    running = [each for each in running_experiments(wanted.model, definitions) if each.key != wanted.key]
    problems = start_problems(wanted, namespace, running=running, surroundings=surroundings, now=clock.now())
    return [*_move_problems(wanted, definitions), *problems]


def _move_problems(wanted: Experiment, definitions: DefinitionStore) -> Iterator[SluiceError]:
    stored = definitions.find(Kind.EXPERIMENT, wanted.key)
    try:
        if stored:
            lifecycle.start(experiment_revision(stored).experiment)
    except MoveRefused as error:
        yield error
