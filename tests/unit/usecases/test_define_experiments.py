"""Writing experiments down, and asking whether one could start."""

from dataclasses import replace
from typing import Any

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.catalog.release import ReleaseBinding
from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidDefinition, MoveRefused, SluiceError
from sluice.experiments.namespace import Namespace
from sluice.usecases.definition_change import Written
from tests.unit.catalog.builders import NOON, a_content, a_release, an_event
from tests.unit.usecases.experiment_plane import ExperimentPlane

VERSION_3 = [{"key": "control", "weight_bps": 5_000}, {"key": "new", "weight_bps": 5_000, "model_version": 3}]
VERSION_9 = [{"key": "control", "weight_bps": 5_000}, {"key": "new", "weight_bps": 5_000, "model_version": 9}]
PARAMETERS = [{"key": "a", "weight_bps": 1}, {"key": "b", "weight_bps": 9_999, "parameters": {"limit": 3}}]


def test_a_draft_is_created_edited_and_left_alone_when_it_says_the_same() -> None:
    plane = ExperimentPlane()

    found = [plane.define(), plane.define(), plane.define(owner="search"), plane.define(owner="search")]

    assert [(it.written, it.revision.experiment.revision) for it in found] == [
        (Written.CREATED, 1),
        (Written.UNCHANGED, 1),
        (Written.EDITED, 2),
        (Written.UNCHANGED, 2),
    ]
    assert found[-1].revision.note.move == "edit"


def test_what_is_published_may_be_written_again_as_it_is() -> None:
    plane = ExperimentPlane()
    plane.run()

    assert plane.define().written is Written.UNCHANGED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "fraud"}, "model: there is no model 'fraud'; register it first"),
        ({"namespace": "search"}, "namespace: there is no namespace 'search'; define it first"),
        (
            {"unit_type": "account"},
            "unit_type: found 'account', namespace 'checkout' draws units of type 'user'",
        ),
        (
            {"eligibility": 'contry == "DE"', "attributes": {"country": "string"}},
            "eligibility: line 1, column 1: undeclared reference to 'contry'",
        ),
        (
            {"eligibility": 'age >\n"x"', "attributes": {"age": "int"}},
            "eligibility: line 1, column 5: found no matching overload for '_>_'",
        ),
        ({"eligibility": "age + 1", "attributes": {"age": "int"}}, "eligibility: it gives INT, must give BOOL"),
    ],
)
def test_what_cannot_be_so_is_refused_when_it_is_written(changes: dict[str, Any], message: str) -> None:
    plane = ExperimentPlane()

    with pytest.raises(InvalidDefinition) as refused:
        plane.define(**changes)

    assert str(refused.value).startswith(f"experiment 'exp-1': {message}")
    assert plane.validate(**changes)[0] == str(refused.value)


def test_a_definition_that_could_start_has_nothing_against_it_and_nothing_is_written() -> None:
    plane = ExperimentPlane()

    assert plane.validate() == []
    assert plane.validate(variants=PARAMETERS) == []
    assert plane.snapshot() is None
    plane.define()
    assert plane.validate() == []
    plane.start()


def test_everything_that_stands_against_a_start_is_told_at_once() -> None:
    plane = ExperimentPlane()
    plane.run("exp-0", attributes={"age": "int"}, eligibility="age > 17")

    found = plane.validate(attributes={"age": "double"}, eligibility="age + 1.0", variants=VERSION_9)

    assert [each.split(": ", 2)[1] for each in found] == [
        "eligibility",
        "attributes.age",
        "slots 0-99999 are not free",
        "cannot start",
    ]


def test_an_experiment_that_runs_cannot_be_started_from_another_text() -> None:
    plane = ExperimentPlane()
    plane.run()

    found = plane.validate(slots=[[200_000, 300_000]])

    assert found[0] == "experiment 'exp-1': cannot start: it is running, must be draft"


def refusal_of_start(plane: ExperimentPlane, **changes: Any) -> str:
    """What a start is refused with; what validating finds must be the same."""
    plane.define(**changes)
    with pytest.raises(SluiceError) as refused:
        plane.start()
    assert plane.validate(**changes) == [str(refused.value)]
    assert isinstance(refused.value, MoveRefused)
    assert plane.snapshot() is None
    return refused.value.why


def test_a_version_that_is_not_released_is_named_with_what_to_do_about_it() -> None:
    assert refusal_of_start(ExperimentPlane(), variants=VERSION_3) == (
        "version 3 is not in release 1, which alias live serves; it is pending: have it approved, publish a release "
        "with it (`sluice release publish churn`) and shift the traffic to that"
    )


def test_a_version_that_was_never_registered_is_told_so() -> None:
    why = refusal_of_start(ExperimentPlane(), variants=VERSION_9)

    assert why == "there is no version 9 of churn; register it with `sluice model register`"


@pytest.mark.parametrize("is_bootstrapped", [False, True])
def test_a_model_that_serves_nothing_yet_cannot_be_experimented_on(is_bootstrapped: bool) -> None:
    plane = ExperimentPlane(publisher=MemoryPublisher("churn"))
    if is_bootstrapped:
        plane.registry._bindings.clear()
        plane.publisher.bootstrap("churn")

    assert refusal_of_start(plane) == ("churn serves no release yet; publish one with `sluice release publish churn`")


def test_a_version_that_takes_other_inputs_cannot_be_exchanged_for_the_default() -> None:
    plane = ExperimentPlane()
    content = a_content(1, (1, 2))
    other = replace(content.versions[2].signature, inputs=(TensorSpec("x", "FP64", (-1, 3)),))
    versions = {**content.versions, 2: replace(content.versions[2], signature=other)}
    plane.registry._releases["churn"][1] = replace(a_release(1), content=replace(content, versions=versions))

    assert refusal_of_start(plane) == "version 2 takes other inputs than version 1, the default of release 1"


def test_where_parameters_alone_vary_no_version_need_be_served() -> None:
    plane = ExperimentPlane(publisher=MemoryPublisher())

    plane.run(variants=PARAMETERS)


def with_candidate(plane: ExperimentPlane, weight_bps: int) -> None:
    """Release 2 of version 1 alone, as a candidate."""
    release = a_release(2, a_content(1, (1,)))
    plane.registry.add_release(release, an_event())
    plane.registry.bind_function_version(ReleaseBinding("churn", "2", 2, NOON))
    plane.publisher.publish("churn", release)
    alias = plane.publisher.alias("churn")
    assert alias
    plane.publisher.shift("churn", replace(alias, candidate_version="2", candidate_weight_bps=weight_bps))


def test_a_candidate_with_traffic_must_serve_the_versions_too() -> None:
    plane = ExperimentPlane()
    with_candidate(plane, 500)

    assert refusal_of_start(plane).startswith(
        "version 2 is not in release 2, the candidate with 500 bps of the traffic; publish a release with it"
    )


def test_a_candidate_without_traffic_is_in_nobodys_way() -> None:
    plane = ExperimentPlane()
    with_candidate(plane, 0)

    plane.run()


def test_experiments_of_other_models_and_those_that_are_over_may_type_their_attributes_as_they_like() -> None:
    plane = ExperimentPlane()
    plane.run("exp-1", attributes={"age": "int"}, eligibility="age > 17")
    plane.conclude("exp-1")
    plane.define_namespace(Namespace("search"))

    plane.run("exp-2", namespace="search", attributes={"age": "double"}, eligibility="age > 17.5")


def test_true_and_one_are_different_texts() -> None:
    plane = ExperimentPlane()
    one, true = (
        [{"key": "control", "weight_bps": 5_000}, {"key": "b", "weight_bps": 5_000, "parameters": {"on": it}}]
        for it in (1, True)
    )
    plane.define(variants=one)

    assert plane.define(variants=true).written is Written.EDITED
