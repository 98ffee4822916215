"""Read namespaces: one, all of them, or the history of one."""

from collections.abc import Sequence

from sluice.errors import UnknownDefinition
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import NamespaceRevision, namespace_revision


def find_namespace(key: str, *, definitions: DefinitionStore) -> NamespaceRevision:
    """The newest revision. Raises UnknownDefinition."""
    stored = definitions.find(Kind.NAMESPACE, key)
    if stored is None:
        raise UnknownDefinition(Kind.NAMESPACE, key)
    return namespace_revision(stored)


def list_namespaces(*, definitions: DefinitionStore) -> Sequence[NamespaceRevision]:
    """The newest revision of each, by key."""
    return [namespace_revision(each) for each in definitions.list_all(Kind.NAMESPACE)]


def namespace_history(key: str, *, definitions: DefinitionStore) -> Sequence[NamespaceRevision]:
    """Every revision, oldest first. Raises UnknownDefinition."""
    revisions = definitions.history(Kind.NAMESPACE, key)
    if not revisions:
        raise UnknownDefinition(Kind.NAMESPACE, key)
    return [namespace_revision(each) for each in revisions]
