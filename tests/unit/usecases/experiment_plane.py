"""A plane in memory: model "churn", whose release 1 serves versions 1 and 2, and experiments on it in one line each."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.memory_units import MemoryUnits
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseBinding
from sluice.errors import SluiceError
from sluice.experiments.experiment import Experiment
from sluice.experiments.experiment_document import experiment_from_written
from sluice.experiments.namespace import Namespace
from sluice.experiments.snapshot import ModelSnapshot, decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.usecases.archive_experiment import archive_experiment
from sluice.usecases.check_experiment import Surroundings
from sluice.usecases.conclude_experiment import conclude_experiment
from sluice.usecases.define_experiment import DefinedExperiment, define_experiment
from sluice.usecases.define_namespace import DefinedNamespace, define_namespace
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import find_experiment
from sluice.usecases.find_namespace import find_namespace
from sluice.usecases.ramp_experiment import ramp_experiment
from sluice.usecases.reallocate_experiment import reallocate_experiment
from sluice.usecases.start_experiment import start_experiment
from sluice.usecases.stop_experiment import stop_experiment
from sluice.usecases.validate_experiment import validate_experiment
from tests.unit.catalog.builders import NOON, a_content, a_model, a_release, a_version, an_event
from tests.unit.usecases.flag_plane import ContendedDefinitions

CHANGE = Change("ann", "because")


def a_definition(key: str = "exp-1", **changes: Any) -> dict[str, Any]:
    """What a person writes: version 1 against version 2 for the first tenth of namespace "checkout"."""
    definition: dict[str, Any] = {
        "key": key,
        "hypothesis": "Version 2 keeps more people.",
        "owner": "growth",
        "model": "churn",
        "namespace": "checkout",
        "slots": [[0, 100_000]],
        "variants": [
            {"key": "control", "weight_bps": 5_000, "model_version": 1},
            {"key": "treatment", "weight_bps": 5_000, "model_version": 2},
        ],
        "plan": {"primary_metric": "stayed", "guardrails": ["latency"]},
        "coverage_bps": 1_000,
    }
    return deepcopy(definition | changes)


def a_registry(model: str = "churn") -> MemoryRegistry:
    """Versions 1 and 2 approved, 3 pending; release 1 of the first two under function version 1."""
    registry = MemoryRegistry()
    registry.save_model(a_model(model), an_event())
    for number, state in ((1, ApprovalState.APPROVED), (2, ApprovalState.APPROVED), (3, ApprovalState.PENDING)):
        registry.add_version(a_version(number, state), an_event())
    registry.add_release(a_release(1, a_content(1, (1, 2))), an_event())
    registry.bind_function_version(ReleaseBinding(model, "1", 1, NOON))
    return registry


def a_publisher(model: str = "churn") -> MemoryPublisher:
    """Function version 1 under the alias."""
    publisher = MemoryPublisher(model)
    publisher.publish(model, a_release(1, a_content(1, (1, 2))))
    publisher.create_alias(model, "1")
    return publisher


@dataclass
class MovedClock:
    """A clock that a test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_days(self, days: float) -> None:
        self.at += timedelta(days=days)


@dataclass
class ExperimentPlane:
    """Stores, registry, publisher and clock, with namespace "checkout" in it."""

    definitions: ContendedDefinitions = field(default_factory=ContendedDefinitions)
    units: MemoryUnits = field(default_factory=MemoryUnits)
    registry: MemoryRegistry = field(default_factory=a_registry)
    publisher: MemoryPublisher = field(default_factory=a_publisher)
    clock: MovedClock = field(default_factory=MovedClock)

    def __post_init__(self) -> None:
        self.define_namespace(Namespace("checkout", quarantine_days=7))

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.registry, self.publisher, CelLanguage)

    @property
    def stores(self) -> dict[str, Any]:
        return {"definitions": self.definitions, "clock": self.clock}

    def define_namespace(self, wanted: Namespace, change: Change = CHANGE) -> DefinedNamespace:
        return define_namespace(wanted, change=change, **self.stores)

    def define(self, key: str = "exp-1", change: Change = CHANGE, **changes: Any) -> DefinedExperiment:
        wanted = experiment_from_written(a_definition(key, **changes))
        return define_experiment(wanted, change=change, surroundings=self.surroundings, **self.stores)

    def validate(self, key: str = "exp-1", **changes: Any) -> list[str]:
        wanted = experiment_from_written(a_definition(key, **changes))
        problems: list[SluiceError] = list(validate_experiment(wanted, surroundings=self.surroundings, **self.stores))
        return [str(each) for each in problems]

    def start(self, key: str = "exp-1", change: Change = CHANGE) -> Experiment:
        revision = start_experiment(key, change=change, surroundings=self.surroundings, **self.stores)
        return revision.experiment

    def run(self, key: str = "exp-1", **changes: Any) -> Experiment:
        """Define it and start it."""
        self.define(key, **changes)
        return self.start(key)

    def ramp(self, key: str = "exp-1", coverage_bps: int = 5_000, change: Change = CHANGE) -> Experiment:
        return ramp_experiment(key, coverage_bps, change=change, **self.stores).experiment

    def reallocate(
        self, key: str = "exp-1", weights_bps: Mapping[str, int] | None = None, change: Change = CHANGE
    ) -> Experiment:
        weights = {"control": 2_000, "treatment": 8_000} if weights_bps is None else weights_bps
        return reallocate_experiment(key, weights, change=change, **self.stores).experiment

    def stop(self, key: str = "exp-1", change: Change = CHANGE) -> Experiment:
        return stop_experiment(key, change=change, **self.stores).experiment

    def conclude(self, key: str = "exp-1", variant: str | None = "treatment", change: Change = CHANGE) -> Experiment:
        return conclude_experiment(key, variant, change=change, **self.stores).experiment

    def archive(self, key: str = "exp-1", change: Change = CHANGE) -> Experiment:
        return archive_experiment(key, change=change, **self.stores).experiment

    def experiment(self, key: str = "exp-1") -> Experiment:
        return find_experiment(key, definitions=self.definitions).experiment

    def namespace(self, key: str = "checkout") -> Namespace:
        return find_namespace(key, definitions=self.definitions).namespace

    def snapshot(self, model: str = "churn") -> ModelSnapshot | None:
        stored = self.definitions.find_snapshot(subject_of(model))
        return decode_model_snapshot(stored) if stored else None
