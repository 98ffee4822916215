"""Predictions for units: the variant's version if it can, the default if it cannot, and the client is told which."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from sluice.adapters.memory_models import MemoryModelLoader
from sluice.errors import InferenceFailed, InvalidTensor, InvalidUnit, MalformedBody, ModelNotReady
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.reasons import Reason
from sluice.inference.call import PredictionCall
from sluice.inference.model_cache import ModelCache
from sluice.inference.opened_release import OpenedRelease
from sluice.inference.trace import PredictionTrace, Step
from sluice.usecases.serve_prediction import serve_prediction
from tests.unit.inference.assigned_units import a_release, a_variant, an_assignment, assigned

TENSOR = {"name": "x", "datatype": "FP64", "shape": [2], "data": [1.5, 4]}
PARAMETERS = {"sluice_unit": "alice", "sluice_attr_age": 31}
BODY = orjson.dumps({"parameters": PARAMETERS, "inputs": [TENSOR]})


def doubled(inputs: Any) -> Any:
    return {"double": inputs["x"] * 2, "half": inputs["x"] / 2}


def tripled(inputs: Any) -> Any:
    return {"double": inputs["x"] * 3, "half": inputs["x"] / 3}


def failing(inputs: Any) -> Any:
    raise RuntimeError("the graph met a wall")


class Serving:
    """A release whose default is 2; version 3 answers otherwise, 4 fails, 5 cannot be loaded, 9 is not there."""

    def __init__(self, *assignments: Assignment, default: int = 2, **facts: Any) -> None:
        self.unit = assigned(*assignments, **facts)
        self.asked: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
        self.trace = PredictionTrace("prediction", lambda: 0)
        functions = {"digest-1": doubled, "digest-2": doubled, "digest-3": tripled, "digest-4": failing}
        self.loader = MemoryModelLoader(functions)
        self.release = a_release(1, 2, 3, 4, 5, default=default)

    def assign(self, parameters: Mapping[str, Any], claims: Mapping[str, Any]) -> AssignedUnit:
        self.asked.append((parameters, claims))
        return self.unit

    def answer(self, body: bytes = BODY, **call: Any) -> dict[str, Any]:
        encoded = serve_prediction(
            PredictionCall(**({"model": "risk", "model_version": None, "body": body} | call)),
            opened=OpenedRelease(self.release, ModelCache(self.loader, budget_bytes=100)),
            trace=self.trace,
            assign=self.assign,
        )
        answer: dict[str, Any] = orjson.loads(encoded.body)
        return answer


def to(model_version: int | None, reason: Reason = Reason.BUCKETED, **parameters: Any) -> Assignment:
    return an_assignment(variant=a_variant(model_version=model_version, **parameters), reason=reason)


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What the answer says of the decision."""
    always = ("prediction_id", "function_version", "release")
    return {name: value for name, value in answer["parameters"].items() if name not in always}


def test_the_variants_version_answers_and_the_client_is_told_experiment_variant_and_reason() -> None:
    answer = Serving(to(3, Reason.STORED)).answer()

    assert answer["outputs"][0]["data"] == [4.5, 12.0]
    assert answer["model_version"] == "3"
    assert told(answer) == {"model_version": "3", "reason": "STORED", "experiment": "exp-1", "variant": "treatment"}


def test_the_request_of_a_unit_takes_its_parameters_and_claims_to_the_decision() -> None:
    serving = Serving(to(3))

    serving.answer(claims={"sub": "known"})

    assert serving.asked == [(PARAMETERS, {"sub": "known"})]
    assert serving.trace.assigned is serving.unit
    assert Step.ASSIGN in serving.trace.elapsed_ns


def test_who_gets_no_variant_is_told_why() -> None:
    answer = Serving(an_assignment(reason=Reason.NOT_ELIGIBLE)).answer()

    assert told(answer) == {"model_version": "2", "reason": "NOT_ELIGIBLE", "experiment": "exp-1"}


def test_a_unit_in_no_experiment_is_told_nothing_but_the_default() -> None:
    assert told(Serving().answer()) == {"model_version": "2", "reason": "RELEASE_DEFAULT"}


def test_parameters_of_a_variant_come_back_beside_the_defaults_answer() -> None:
    answer = Serving(to(None, colour="red", size=3)).answer()

    assert told(answer) == {
        "model_version": "2",
        "reason": "BUCKETED",
        "experiment": "exp-1",
        "variant": "treatment",
        "param_colour": "red",
        "param_size": 3,
    }


@pytest.mark.parametrize(
    ("number", "why"), [(4, InferenceFailed), (5, ModelNotReady), (9, None)], ids=["fails", "no artefact", "missing"]
)
def test_a_variant_whose_version_cannot_answer_costs_nobody_an_answer(number: int, why: type[Exception] | None) -> None:
    serving = Serving(to(number))

    answer = serving.answer()

    assert answer["outputs"][0]["data"] == [3.0, 8.0]
    assert answer["model_version"] == "2"
    assert told(answer) == {"model_version": "2", "reason": "FALLBACK", "experiment": "exp-1", "variant": "treatment"}
    assert type(serving.trace.variant_failure) is (why or type(None))
    assert serving.trace.choice is not None
    assert serving.trace.choice.lead is serving.unit.assignments[0]


def test_a_variant_whose_output_json_cannot_carry_is_one_that_cannot_answer() -> None:
    serving = Serving(to(3))
    serving.loader.functions["digest-3"] = lambda inputs: {
        name: inputs["x"] * float("inf") for name in ("double", "half")
    }

    assert told(serving.answer())["reason"] == "FALLBACK"
    assert isinstance(serving.trace.variant_failure, InferenceFailed)


@pytest.mark.parametrize("default", [4, 5])
def test_a_default_that_cannot_answer_is_a_failure_whoever_asked(default: int) -> None:
    for assignment in (to(default), to(9), an_assignment(reason=Reason.HOLDOUT)):
        with pytest.raises((InferenceFailed, ModelNotReady)):
            Serving(assignment, default=default).answer()


def test_a_default_that_fails_is_not_tried_twice() -> None:
    serving = Serving(to(4), default=4)
    with pytest.raises(InferenceFailed):
        serving.answer()

    assert serving.trace.variant_failure is None
    assert serving.loader.loads == ["digest-4"]


def test_where_variant_and_default_fail_the_default_is_blamed_and_the_variant_is_noted() -> None:
    serving = Serving(to(4), default=5)

    with pytest.raises(ModelNotReady, match="version 5"):
        serving.answer()

    assert "version 4" in str(serving.trace.variant_failure)


def test_a_wrong_tensor_is_the_clients_and_no_reason_to_fall_back() -> None:
    serving = Serving(to(3))

    with pytest.raises(InvalidTensor):
        serving.answer(orjson.dumps({"parameters": PARAMETERS, "inputs": [TENSOR | {"shape": [3]}]}))
    assert serving.trace.variant_failure is None


def test_a_version_in_the_url_asks_for_no_experiment() -> None:
    serving = Serving(to(3))

    answer = serving.answer(model_version="1")

    assert told(answer) == {"model_version": "1", "reason": "VERSION_IN_URL"}
    assert serving.asked == []
    assert serving.trace.assigned is None


def test_a_body_that_cannot_be_read_asks_for_no_experiment() -> None:
    serving = Serving(to(3))

    with pytest.raises(MalformedBody):
        serving.answer(b"{")
    assert serving.asked == []


def test_a_bad_unit_is_refused_before_any_model_is_asked() -> None:
    serving = Serving(to(3))

    def refuse(parameters: Mapping[str, Any], claims: Mapping[str, Any]) -> AssignedUnit:
        raise InvalidUnit("parameter sluice_unit", "it is a bool, must be text or a whole number")

    serving.assign = refuse  # type: ignore[method-assign]
    with pytest.raises(InvalidUnit):
        serving.answer()
    assert serving.loader.loads == []


def test_a_request_without_a_unit_is_answered_as_ever() -> None:
    serving = Serving()
    serving.assign = lambda parameters, claims: None  # type: ignore[method-assign,assignment,return-value]

    assert told(serving.answer()) == {"model_version": "2", "reason": "RELEASE_DEFAULT"}
