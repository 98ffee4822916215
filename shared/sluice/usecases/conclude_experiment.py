"""End an experiment and say with what; its slots rest before anybody may have them."""

from dataclasses import replace
from datetime import timedelta

from sluice.clock import Clock
from sluice.experiments import lifecycle
from sluice.experiments.experiment import Conclusion
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revisions import ExperimentRevision
from sluice.usecases.change_experiment import Moved, Present, change_experiment
from sluice.usecases.definition_change import Change


def conclude_experiment(
    key: str, variant: str | None, *, change: Change, definitions: DefinitionStore, clock: Clock
) -> ExperimentRevision:
    """Conclude with the variant that is to stay, None for none of them; `change.why` is the conclusion's reason too.

    The slots rest for as many days as the namespace says. Raises UnknownDefinition, InvalidDefinition for a variant
    that is none, MoveRefused, DefinitionChanged, Conflict.
    """

    def decide(present: Present) -> Moved:
        concluded = lifecycle.conclude(present.experiment, Conclusion(variant, change.why))
        namespace = present.namespace
        if namespace is None:
            return Moved(concluded)
        until = clock.now() + timedelta(days=namespace.quarantine_days)
        return Moved(concluded, replace(namespace.release(key, until=until), revision=namespace.revision + 1))

    return change_experiment(key, "conclude", decide, change=change, definitions=definitions, clock=clock)
