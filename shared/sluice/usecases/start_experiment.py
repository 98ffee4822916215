"""Start an experiment: its slots become its own, and the functions of its model learn of it."""

from dataclasses import replace

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revisions import ExperimentRevision
from sluice.usecases.change_experiment import Moved, Present, change_experiment
from sluice.usecases.check_experiment import Surroundings, refuse, start_problems
from sluice.usecases.definition_change import Change


def start_experiment(
    key: str, *, change: Change, definitions: DefinitionStore, surroundings: Surroundings, clock: Clock
) -> ExperimentRevision:
    """Publish the draft: from now on only moves change it.

    Raises UnknownDefinition, InvalidDefinition, SlotsTaken, MoveRefused (also for a version that is not served),
    DefinitionChanged, Conflict.
    """

    def decide(present: Present) -> Moved:
        started, namespace, now = lifecycle.start(present.experiment), present.namespace, clock.now()
        refuse(start_problems(started, namespace, running=present.running, surroundings=surroundings, now=now))
        assert namespace is not None, "an experiment without a namespace has just been refused"
        claimed = namespace.claim(key, started.slots, now=now)
        return Moved(started, replace(claimed, revision=namespace.revision + 1))

    return change_experiment(key, "start", decide, change=change, definitions=definitions, clock=clock)
