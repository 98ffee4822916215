"""Namespaces through the use cases, and finding experiments and namespaces."""

from typing import Any

import pytest

from sluice.errors import DefinitionChanged, InvalidDefinition, MoveRefused, UnknownDefinition
from sluice.experiments.experiment import ExperimentState
from sluice.experiments.namespace import Namespace
from sluice.usecases.definition_change import Change, Written
from sluice.usecases.find_experiment import ExperimentSearch, experiment_history, find_experiment, list_experiments
from sluice.usecases.find_namespace import find_namespace, list_namespaces, namespace_history
from sluice.usecases.set_holdout import set_holdout
from tests.unit.usecases.experiment_plane import CHANGE, ExperimentPlane


def test_a_namespace_is_created_edited_and_left_alone_when_it_says_the_same() -> None:
    plane = ExperimentPlane()
    described = Namespace("search", description="Everything on the search page.")

    found = [plane.define_namespace(each) for each in (Namespace("search"), Namespace("search"), described, described)]

    assert [(it.written, it.revision.namespace.revision) for it in found] == [
        (Written.CREATED, 1),
        (Written.UNCHANGED, 1),
        (Written.EDITED, 2),
        (Written.UNCHANGED, 2),
    ]


def test_what_units_are_drawn_by_stays_while_an_experiment_runs() -> None:
    plane = ExperimentPlane()
    plane.run()

    with pytest.raises(MoveRefused, match="cannot change seed: experiments run in it: exp-1"):
        plane.define_namespace(Namespace("checkout", seed="again", quarantine_days=7))

    plane.define_namespace(Namespace("checkout", description="The till.", quarantine_days=30))
    assert [each.experiment for each in plane.namespace().owned] == ["exp-1"]


def test_a_holdout_is_set_before_anything_runs_and_is_in_the_history() -> None:
    plane = ExperimentPlane()

    revision = set_holdout("checkout", 500, change=Change("bob", "the yearly holdout", 1), **plane.stores)

    assert (revision.namespace.holdout_bps, revision.note.move) == (500, "holdout")
    assert [each.namespace.holdout_bps for each in namespace_history("checkout", definitions=plane.definitions)] == [
        0,
        500,
    ]


@pytest.mark.parametrize("holdout_bps", [-1, 10_001])
def test_a_holdout_is_a_share(holdout_bps: int) -> None:
    plane = ExperimentPlane()

    with pytest.raises(InvalidDefinition, match="holdout_bps: found"):
        set_holdout("checkout", holdout_bps, change=CHANGE, **plane.stores)


def test_whoever_expects_another_revision_of_a_namespace_is_told_that_it_changed() -> None:
    plane = ExperimentPlane()
    stale = Change("ann", "because", 7)

    with pytest.raises(DefinitionChanged, match="namespace 'checkout'"):
        plane.define_namespace(Namespace("checkout", description="x"), stale)
    with pytest.raises(DefinitionChanged, match="namespace 'checkout'"):
        set_holdout("checkout", 1, change=stale, **plane.stores)


def test_what_is_not_there_is_unknown() -> None:
    definitions = ExperimentPlane().definitions

    for find in (find_namespace, namespace_history):
        with pytest.raises(UnknownDefinition, match="there is no namespace 'x'"):
            find("x", definitions=definitions)
    for search in (find_experiment, experiment_history):
        with pytest.raises(UnknownDefinition, match="there is no experiment 'x'"):
            search("x", definitions=definitions)


def test_namespaces_are_listed_by_key() -> None:
    plane = ExperimentPlane()
    plane.define_namespace(Namespace("account-pages"))

    found = list_namespaces(definitions=plane.definitions)

    assert [each.namespace.key for each in found] == ["account-pages", "checkout"]


@pytest.mark.parametrize(
    ("search", "keys"),
    [
        ({}, ["exp-1", "exp-2", "exp-3"]),
        ({"owner": "search"}, ["exp-2"]),
        ({"model": "churn"}, ["exp-1", "exp-2", "exp-3"]),
        ({"model": "fraud"}, []),
        ({"state": ExperimentState.RUNNING}, ["exp-1"]),
        ({"state": ExperimentState.DRAFT}, ["exp-2", "exp-3"]),
        ({"metric": "stayed"}, ["exp-1", "exp-2"]),
        ({"metric": "latency"}, ["exp-1", "exp-2", "exp-3"]),
        ({"metric": "stay"}, []),
        ({"text": "keeps MORE"}, ["exp-1", "exp-3"]),
        ({"owner": "growth", "metric": "stayed"}, ["exp-1"]),
    ],
)
def test_experiments_are_found_by_all_that_is_given(search: dict[str, Any], keys: list[str]) -> None:
    plane = ExperimentPlane()
    plane.run("exp-1")
    plane.define("exp-2", owner="search", hypothesis="Something else.")
    plane.define("exp-3", plan={"primary_metric": "sales", "guardrails": ["refunds", "latency"]})

    found = list_experiments(ExperimentSearch(**search), definitions=plane.definitions)

    assert [each.experiment.key for each in found] == keys
