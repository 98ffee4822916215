"""Revisions of experiments and namespaces: the value, and who made it so; to the store and back."""

from dataclasses import dataclass

from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.experiment import Experiment
from sluice.experiments.experiment_document import experiment_from_document, experiment_to_document
from sluice.experiments.namespace import Namespace
from sluice.experiments.namespace_document import namespace_from_document, namespace_to_document
from sluice.experiments.ports import ChangeNote, Definition, Kind


@dataclass(frozen=True, slots=True)
class ExperimentRevision:
    """An experiment as one change left it."""

    experiment: Experiment
    note: ChangeNote


@dataclass(frozen=True, slots=True)
class NamespaceRevision:
    """A namespace as one change left it."""

    namespace: Namespace
    note: ChangeNote


def experiment_definition(experiment: Experiment, note: ChangeNote) -> Definition:
    """What a store keeps."""
    document = experiment_to_document(experiment)
    return Definition(Kind.EXPERIMENT, experiment.key, experiment.revision, document, note)


def experiment_revision(stored: Definition) -> ExperimentRevision:
    """The inverse. Raises StoreUnavailable for a document that is not ours."""
    try:
        return ExperimentRevision(experiment_from_document(stored.document), stored.note)
    except InvalidDefinition as error:
        raise _unreadable(stored, error) from error


def namespace_definition(namespace: Namespace, note: ChangeNote) -> Definition:
    """What a store keeps."""
    return Definition(Kind.NAMESPACE, namespace.key, namespace.revision, namespace_to_document(namespace), note)


def namespace_revision(stored: Definition) -> NamespaceRevision:
    """The inverse. Raises StoreUnavailable for a document that is not ours."""
    try:
        return NamespaceRevision(namespace_from_document(stored.document), stored.note)
    except InvalidDefinition as error:
        raise _unreadable(stored, error) from error


def _unreadable(stored: Definition, error: InvalidDefinition) -> StoreUnavailable:
    return StoreUnavailable(f"{stored.kind} {stored.key!r}", f"revision {stored.revision} cannot be read: {error}")
