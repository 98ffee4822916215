"""An alias that people move, with the ledger of it, in memory."""

from sluice.adapters.memory_ledger import MemoryLedger, MemoryLedgerCopies
from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.usecases.alias_ports import AliasPorts, Governed
from sluice.usecases.append_ledger import LedgerPorts
from tests.unit.catalog.builders import FixedClock
from tests.unit.usecases.rollout_world import RolloutWorld


def alias_ports(registry: Registry, publisher: FunctionPublisher) -> AliasPorts:
    """A ledger of its own, and no rollout."""
    governed = Governed(LedgerPorts(MemoryLedger(), MemoryLedgerCopies()), MemoryRollouts())
    return AliasPorts(registry=registry, publisher=publisher, clock=FixedClock(), governed=governed)


def governed_ports(world: RolloutWorld) -> AliasPorts:
    """The ports of a world, for people."""
    ports = world.ports
    governed = Governed(ports.ledger, ports.store)
    return AliasPorts(registry=ports.registry, publisher=ports.publisher, clock=ports.clock, governed=governed)
