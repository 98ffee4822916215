"""Define a namespace, or change what may still change of it."""

from dataclasses import dataclass

from sluice.clock import Clock
from sluice.experiments.namespace import Namespace
from sluice.experiments.namespace_document import written_part
from sluice.experiments.namespace_moves import redefine
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import NamespaceRevision, namespace_definition, namespace_revision
from sluice.usecases.definition_change import Change, Written


@dataclass(frozen=True, slots=True)
class DefinedNamespace:
    """The namespace as it then is, and what that took."""

    revision: NamespaceRevision
    written: Written


def define_namespace(
    wanted: Namespace, *, change: Change, definitions: DefinitionStore, clock: Clock
) -> DefinedNamespace:
    """Create the namespace or change it; what is written so already stays as it is.

    No snapshot changes: what functions read of a namespace is fixed while an experiment runs in it. Raises
    MoveRefused, DefinitionChanged.
    """
    stored = definitions.find(Kind.NAMESPACE, wanted.key)
    change.refuse_other(Kind.NAMESPACE, wanted.key, stored.revision if stored else 0)
    present = namespace_revision(stored) if stored else None
    if present and written_part(present.namespace) == written_part(wanted):
        return DefinedNamespace(present, Written.UNCHANGED)
    namespace = redefine(present.namespace, wanted) if present else wanted
    note = change.note("edit" if present else "create", clock.now())
    definitions.commit([namespace_definition(namespace, note)])
    return DefinedNamespace(NamespaceRevision(namespace, note), Written.EDITED if present else Written.CREATED)
