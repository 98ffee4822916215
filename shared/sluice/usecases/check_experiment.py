"""What must hold of an experiment beyond its own document: to be written down, and to start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import Conflict, InvalidDefinition, SluiceError
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.experiments.revisions import namespace_revision
from sluice.experiments.snapshot_content import merged_attributes
from sluice.usecases.served_versions import unserved_versions


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an experiment is checked against, beside what else is defined."""

    registry: Registry
    publisher: FunctionPublisher
    language_over: LanguageOver


def namespace_of(experiment: Experiment, definitions: DefinitionStore) -> Namespace | None:
    """The namespace that the experiment names, None if there is none."""
    stored = definitions.find(Kind.NAMESPACE, experiment.namespace)
    return namespace_revision(stored).namespace if stored else None


def draft_problems(
    experiment: Experiment, namespace: Namespace | None, surroundings: Surroundings
) -> Iterator[SluiceError]:
    """Why it cannot be written down: its model, namespace, unit type or condition."""
    subject = experiment.subject
    if surroundings.registry.find_model(experiment.model) is None:
        yield InvalidDefinition(subject, "model", f"there is no model {experiment.model!r}; register it first")
    if namespace is None:
        rule = f"there is no namespace {experiment.namespace!r}; define it first"
        yield InvalidDefinition(subject, "namespace", rule)
    elif namespace.unit_type != experiment.unit_type:
        rule = f"found {experiment.unit_type!r}, {namespace.subject} draws units of type {namespace.unit_type!r}"
        yield InvalidDefinition(subject, "unit_type", rule)
    try:
        if experiment.eligibility:
            surroundings.language_over(experiment.attributes).compile(experiment.eligibility)
    except ValueError as error:
        yield InvalidDefinition(subject, "eligibility", str(error))


def start_problems(
    experiment: Experiment,
    namespace: Namespace | None,
    *,
    running: Sequence[Experiment],
    surroundings: Surroundings,
    now: datetime,
) -> Iterator[SluiceError]:
    """Why it cannot start: all of the above, its attributes' types, its slots, versions that would not be served.

    `running` are the other running experiments of its model.
    """
    yield from draft_problems(experiment, namespace, surroundings)
    try:
        merged_attributes([*running, experiment])
    except InvalidDefinition as error:
        yield error
    try:
        if namespace is not None:
            namespace.claim(experiment.key, experiment.slots, now=now)
    except Conflict as error:
        yield error
    yield from unserved_versions(experiment, registry=surroundings.registry, publisher=surroundings.publisher)


def refuse(problems: Iterator[SluiceError]) -> None:
    """Raise the first problem, if there is one; what would come after it is not looked for."""
    first = next(problems, None)
    if first is not None:
        raise first
