"""A move of an experiment: the experiment, its namespace and the snapshot that they lead to, in one write.

The snapshot's number is read before the definitions, so the condition on it covers all that the snapshot was made of:
whoever publishes another one meanwhile makes this write void, and everything is looked at again. The experiment itself
must not have moved; then it is for whoever asked to look again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sluice.clock import Clock
from sluice.errors import Conflict, DefinitionChanged
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import ChangeNote, DefinitionStore, Kind, StoredSnapshot
from sluice.experiments.revisions import (
    ExperimentRevision,
    experiment_definition,
    experiment_revision,
    namespace_definition,
    namespace_revision,
)
from sluice.experiments.snapshot import encode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import find_experiment

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Present:
    """What a move looks at: `running` are the other running experiments of the model, stopped ones too."""

    experiment: Experiment
    namespaces: Sequence[Namespace]
    running: Sequence[Experiment]

    @property
    def namespace(self) -> Namespace | None:
        """The experiment's."""
        return next((each for each in self.namespaces if each.key == self.experiment.namespace), None)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move leads to; no namespace if it stays as it is. Both are of the next revision."""

    experiment: Experiment
    namespace: Namespace | None = None


def change_experiment(
    key: str,
    move: str,
    decide: Callable[[Present], Moved],
    *,
    change: Change,
    definitions: DefinitionStore,
    clock: Clock,
) -> ExperimentRevision:
    """Carry out `move`, which `decide` works out or refuses.

    Raises UnknownDefinition, DefinitionChanged, Conflict where others were faster too often or the snapshot would be
    too large, and what `decide` raises; nothing is written then.
    """
    before = find_experiment(key, definitions=definitions).experiment
    change.refuse_other(Kind.EXPERIMENT, key, before.revision)
    for _ in range(_TRIES):
        number = _snapshot_number(before.model, definitions)
        present = _present(before, definitions)
        moved = decide(present)
        note = change.note(move, clock.now())
        try:
            _commit(present, moved, note, number=number + 1, definitions=definitions)
        except DefinitionChanged:
            continue
        return ExperimentRevision(moved.experiment, note)
    raise Conflict(f"{before.subject}: others changed what it shares with them {_TRIES} times over; try again")


def _snapshot_number(model: str, definitions: DefinitionStore) -> int:
    snapshot = definitions.find_snapshot(subject_of(model))
    return snapshot.number if snapshot else 0


def _present(before: Experiment, definitions: DefinitionStore) -> Present:
    """What is defined now. Raises DefinitionChanged if the experiment is no longer what it was."""
    stored = definitions.find(Kind.EXPERIMENT, before.key)
    if stored is None or stored.revision != before.revision:
        raise DefinitionChanged(Kind.EXPERIMENT, before.key)
    namespaces = [namespace_revision(each).namespace for each in definitions.list_all(Kind.NAMESPACE)]
    others = [each for each in running_experiments(before.model, definitions) if each.key != before.key]
    return Present(before, namespaces, others)


def running_experiments(model: str, definitions: DefinitionStore) -> list[Experiment]:
    """The model's experiments whose slots are theirs, stopped ones too, by key."""
    stored = (each for each in definitions.list_all(Kind.EXPERIMENT) if each.document.get("model") == model)
    experiments = (experiment_revision(each).experiment for each in stored)
    return [each for each in experiments if each.state is ExperimentState.RUNNING]


def _commit(present: Present, moved: Moved, note: ChangeNote, *, number: int, definitions: DefinitionStore) -> None:
    changed = [experiment_definition(moved.experiment, note)]
    if moved.namespace is not None:
        changed.append(namespace_definition(moved.namespace, note))
    definitions.commit(changed, _snapshot(present, moved, number=number, unit_hash_key=definitions.unit_hash_key()))


def _snapshot(present: Present, moved: Moved, *, number: int, unit_hash_key: bytes) -> StoredSnapshot:
    running = [*present.running]
    if moved.experiment.state is ExperimentState.RUNNING:
        running.append(moved.experiment)
    namespaces = {each.key: each for each in present.namespaces}
    if moved.namespace is not None:
        namespaces[moved.namespace.key] = moved.namespace
    return encode_model_snapshot(
        moved.experiment.model,
        experiments=running,
        namespaces=[namespaces[key] for key in sorted({each.namespace for each in running})],
        unit_hash_key=unit_hash_key,
        number=number,
    )
