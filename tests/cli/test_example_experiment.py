"""The experiment of `sluice up --examples`: what it makes of two versions, and what it never does over again."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from sluice.cli.connections import Connections
from sluice.cli.example_models import ExampleModel, find_examples, serve_example
from sluice.clock import SystemClock
from sluice.experiments.ports import Definition, DefinitionStore, Kind
from sluice.experiments.revisions import ExperimentRevision
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.usecases.conclude_experiment import conclude_experiment
from sluice.usecases.define_experiment import define_experiment
from sluice.usecases.define_namespace import define_namespace
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import find_experiment
from sluice.usecases.find_namespace import find_namespace
from tests.cli.test_up import a_filled_plane

pytestmark = pytest.mark.xdist_group("cli-plane")

EXPERIMENT = "digits-quadratic"
[DIGITS] = [each for each in find_examples() if each.name == "digits"]


class Killed(BaseException):
    """Ends a process; no code of ours catches it."""


class DefinitionsUntilKilled:
    """A store whose process is killed when it is to write once more than `changes` times."""

    def __init__(self, store: DefinitionStore, changes: int) -> None:
        self._store, self._left = store, changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *arguments: Any) -> None:
        if not self._left:
            raise Killed
        self._left -= 1
        self._store.commit(*arguments)


@pytest.fixture
def connections() -> Iterator[Connections]:
    """A plane without any model."""
    with a_filled_plane(with_examples=False) as connections:
        yield connections


def serve_until_killed(connections: Connections, *, changes: int) -> None:
    """Serve the example in a process that dies after so many changes of definitions."""
    store = connections.definitions
    connections.definitions = cast("DefinitionStore", DefinitionsUntilKilled(store, changes))
    with pytest.raises(Killed):
        serve_example(connections, DIGITS)
    connections.definitions = store


def experiment_of(connections: Connections) -> ExperimentRevision:
    return find_experiment(EXPERIMENT, definitions=connections.definitions)


def history_of(connections: Connections) -> list[Definition]:
    return list(connections.definitions.history(Kind.EXPERIMENT, EXPERIMENT))


def moves_of(connections: Connections) -> list[str]:
    return [each.note.move for each in history_of(connections)]


def test_one_release_holds_both_versions_and_nothing_is_a_candidate(connections: Connections) -> None:
    serve_example(connections, DIGITS)

    alias, releases = connections.publisher.alias("digits"), connections.registry.list_releases("digits")
    assert alias
    assert (alias.stable_version, alias.candidate_version) == ("1", None)
    assert [(each.content.default_version, each.content.preload) for each in releases] == [(1, (1, 2))]


def test_the_experiment_runs_owns_its_slots_and_functions_can_learn_of_it(connections: Connections) -> None:
    serve_example(connections, DIGITS)

    stored, definitions = experiment_of(connections), connections.definitions
    snapshot = definitions.find_snapshot(subject_of("digits"))
    name = connections.publisher.function_name("digits")
    told = connections.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    assert (stored.experiment.state, stored.note.by) == ("running", "sluice up")
    assert [each.experiment for each in find_namespace("digits", definitions=definitions).namespace.owned] == [
        EXPERIMENT
    ]
    assert snapshot
    assert [each["key"] for each in decode_model_snapshot(snapshot).experiments] == [EXPERIMENT]
    assert (told["SLUICE_EXPERIMENTS_TABLE"], told["SLUICE_UNITS_TABLE"]) == ("sluice-experiments", "sluice-units")


def test_a_second_start_changes_nothing(connections: Connections) -> None:
    serve_example(connections, DIGITS)
    history = history_of(connections)

    serve_example(connections, DIGITS)

    assert history_of(connections) == history
    assert moves_of(connections) == ["create", "start"]
    assert len(connections.registry.list_releases("digits")) == 1


@pytest.mark.parametrize("changes", range(3), ids=["nothing", "the namespace", "the draft"])
def test_a_start_that_was_killed_before_the_experiment_ran_is_taken_up(connections: Connections, changes: int) -> None:
    serve_until_killed(connections, changes=changes)

    serve_example(connections, DIGITS)

    assert moves_of(connections) == ["create", "start"]
    assert len(connections.registry.list_releases("digits")) == 1


def test_an_experiment_that_its_owner_concluded_is_not_started_again(connections: Connections) -> None:
    serve_example(connections, DIGITS)
    change, definitions = Change("its owner", "seen enough"), connections.definitions
    conclude_experiment(EXPERIMENT, "treatment", change=change, definitions=definitions, clock=SystemClock())

    serve_example(connections, DIGITS)

    assert moves_of(connections) == ["create", "start", "conclude"]


def test_a_draft_that_its_owner_wrote_anew_is_not_started(connections: Connections) -> None:
    serve_until_killed(connections, changes=2)
    define_experiment(
        replace(experiment_of(connections).experiment, hypothesis="mine"),
        change=Change("its owner", "a better question"),
        definitions=connections.definitions,
        surroundings=connections.surroundings,
        clock=SystemClock(),
    )

    serve_example(connections, DIGITS)

    left = experiment_of(connections)
    assert (left.experiment.state, left.experiment.hypothesis, left.note.by) == ("draft", "mine", "its owner")


def test_a_namespace_that_its_owner_changed_stays_changed(connections: Connections) -> None:
    serve_until_killed(connections, changes=1)
    definitions, theirs = connections.definitions, Change("its owner", "said better")
    present = find_namespace("digits", definitions=definitions).namespace
    mine = replace(present, description="mine")
    define_namespace(mine, change=theirs, definitions=definitions, clock=SystemClock())

    serve_example(connections, DIGITS)

    assert find_namespace("digits", definitions=definitions).namespace.description == "mine"
    assert moves_of(connections) == ["create", "start"]


def test_what_a_checkout_without_the_experiment_served_stays_as_it_is(connections: Connections) -> None:
    serve_example(connections, ExampleModel("digits", DIGITS.folders[:1]))
    alias, versions = connections.publisher.alias("digits"), connections.registry.list_versions("digits")

    serve_example(connections, DIGITS)

    assert connections.publisher.alias("digits") == alias
    assert connections.registry.list_versions("digits") == versions
    assert history_of(connections) == []
