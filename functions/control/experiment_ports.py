"""What the routes of experiments, namespaces, flags and units are made of."""

from dataclasses import dataclass

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.ports import DefinitionStore, UnitStore
from sluice.usecases.check_experiment import Surroundings


@dataclass(frozen=True, slots=True)
class ExperimentPorts:
    """The stores, what definitions are checked against, and the time."""

    definitions: DefinitionStore
    units: UnitStore
    registry: Registry
    publisher: FunctionPublisher
    language_over: LanguageOver
    clock: Clock

    @property
    def surroundings(self) -> Surroundings:
        """As the use cases take them."""
        return Surroundings(self.registry, self.publisher, self.language_over)
