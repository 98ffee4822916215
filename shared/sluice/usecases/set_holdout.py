"""Keep another share of a namespace's units out of all its experiments."""

from sluice.clock import Clock
from sluice.experiments import namespace_moves
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import NamespaceRevision, namespace_definition
from sluice.usecases.definition_change import Change
from sluice.usecases.find_namespace import find_namespace


def set_holdout(
    key: str, holdout_bps: int, *, change: Change, definitions: DefinitionStore, clock: Clock
) -> NamespaceRevision:
    """Set it, while no experiment runs in the namespace.

    Raises UnknownDefinition, InvalidDefinition, MoveRefused, DefinitionChanged.
    """
    present = find_namespace(key, definitions=definitions).namespace
    change.refuse_other(Kind.NAMESPACE, key, present.revision)
    namespace, note = namespace_moves.set_holdout(present, holdout_bps), change.note("holdout", clock.now())
    definitions.commit([namespace_definition(namespace, note)])
    return NamespaceRevision(namespace, note)
