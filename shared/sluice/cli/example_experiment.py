"""The experiment of an example model, defined and started by the same use cases as everybody's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sluice.cli.connections import Connections
from sluice.cli.definition_files import read_definition
from sluice.clock import SystemClock
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.experiment_document import experiment_from_written
from sluice.experiments.namespace import Namespace
from sluice.experiments.namespace_document import namespace_from_written
from sluice.experiments.ports import Kind
from sluice.experiments.revisions import experiment_revision
from sluice.usecases.define_experiment import define_experiment
from sluice.usecases.define_namespace import define_namespace
from sluice.usecases.definition_change import Change
from sluice.usecases.start_experiment import start_experiment


@dataclass(frozen=True, slots=True)
class ExampleExperiment:
    """An experiment, and the namespace whose slots it takes."""

    namespace: Namespace
    experiment: Experiment

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        """What a model's `namespace.yaml` and `experiment.yaml` describe; None if it has none."""
        file = folder / "experiment.yaml"
        if not file.exists():
            return None
        namespace = namespace_from_written(read_definition(str(folder / "namespace.yaml")))
        return cls(namespace, experiment_from_written(read_definition(str(file))))

    def is_to_be_run(self, connections: Connections, *, by: str) -> bool:
        """Whether it was never defined, or is a draft of our own that a run left because it was stopped."""
        stored = connections.definitions.find(Kind.EXPERIMENT, self.experiment.key)
        if stored is None:
            return True
        present = experiment_revision(stored)
        return present.experiment.state is ExperimentState.DRAFT and present.note.by == by

    def run(self, connections: Connections, *, by: str, why: str) -> None:
        """Define what is not defined yet, and start. Raises what the use cases raise."""
        change, definitions, clock = Change(by, why), connections.definitions, SystemClock()
        surroundings = connections.surroundings
        if definitions.find(Kind.NAMESPACE, self.namespace.key) is None:
            define_namespace(self.namespace, change=change, definitions=definitions, clock=clock)
        define_experiment(
            self.experiment, change=change, definitions=definitions, surroundings=surroundings, clock=clock
        )
        start_experiment(
            self.experiment.key, change=change, definitions=definitions, surroundings=surroundings, clock=clock
        )
