"""From a call to a response: which version answers, why, and what goes wrong."""

from itertools import count
from typing import Any

import numpy as np
import orjson
import pytest

from sluice.adapters.memory_models import MemoryModelLoader
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import (
    InferenceFailed,
    InvalidTensor,
    MalformedBody,
    ModelNotReady,
    UnknownModel,
    UnknownModelVersion,
)
from sluice.inference.call import PredictionCall
from sluice.inference.model_cache import ModelCache
from sluice.inference.opened_release import OpenedRelease
from sluice.inference.served_release import ServedRelease
from sluice.inference.trace import PredictionTrace, Step
from sluice.usecases.serve_prediction import serve_prediction

SIGNATURE = Signature(
    (TensorSpec("x", "FP64", (-1,)),), (TensorSpec("double", "FP64", (-1,)), TensorSpec("half", "FP64", (-1,)))
)
BODY = orjson.dumps({"inputs": [{"name": "x", "datatype": "FP64", "shape": [2], "data": [1.5, 4]}]})


def a_trace() -> PredictionTrace:
    ticks = count(step=1_000_000)
    return PredictionTrace("prediction", lambda: next(ticks))


def doubled(inputs: Any) -> Any:
    return {"double": inputs["x"] * 2, "half": inputs["x"] / 2}


def failing(inputs: Any) -> Any:
    raise RuntimeError("the graph met a wall")


def a_release(*numbers: int, default: int) -> ServedRelease:
    versions = {
        number: ReleasedVersion(number, Artefact((ArtefactFile("m.onnx", f"digest-{number}", 1),)), SIGNATURE)
        for number in numbers
    }
    model = Model("risk", "team", "", RiskTier.LOW, 10)
    content = ReleaseContent(model, default, (), versions, ReleaseSettings())
    return ServedRelease(content, number=5, digest="release-digest")


def serve(
    model: str = "risk", model_version: str | None = None, *, trace: PredictionTrace | None = None, **call: Any
) -> dict[str, Any]:
    loader = MemoryModelLoader({"digest-1": doubled, "digest-2": doubled, "digest-3": failing})
    encoded = serve_prediction(
        PredictionCall(
            **({"model": model, "model_version": model_version, "body": BODY, "function_version": "9"} | call)
        ),
        opened=OpenedRelease(a_release(1, 2, 3, 4, default=2), ModelCache(loader, budget_bytes=100)),
        trace=trace or a_trace(),
    )
    answer: dict[str, Any] = orjson.loads(encoded.body)
    return answer


def test_the_releases_default_answers_when_the_url_names_no_version() -> None:
    answer = serve()

    assert answer["model_name"] == "risk"
    assert answer["model_version"] == "2"
    assert answer["parameters"] == {
        "prediction_id": "prediction",
        "model_version": "2",
        "function_version": "9",
        "release": 5,
        "reason": "RELEASE_DEFAULT",
    }


def test_the_version_in_the_url_is_truly_the_one_that_answers() -> None:
    answer = serve(model_version="1")

    assert answer["model_version"] == answer["parameters"]["model_version"] == "1"
    assert answer["parameters"]["reason"] == "VERSION_IN_URL"


def test_all_outputs_come_in_the_graphs_order_and_requested_ones_in_the_clients() -> None:
    wanted = orjson.loads(BODY) | {"outputs": [{"name": "half"}, {"name": "double"}]}

    assert [output["name"] for output in serve()["outputs"]] == ["double", "half"]
    assert [(it["name"], it["data"]) for it in serve(body=orjson.dumps(wanted))["outputs"]] == [
        ("half", [0.75, 2.0]),
        ("double", [3.0, 8.0]),
    ]


def test_the_prediction_id_stands_in_for_a_missing_request_id() -> None:
    assert serve()["id"] == "prediction"
    assert serve(body=orjson.dumps(orjson.loads(BODY) | {"id": "theirs"}))["id"] == "theirs"


@pytest.mark.parametrize("model_version", ["9", "02", "2.0", "", "latest", "+2", "²"])
def test_an_unknown_version_is_answered_with_those_that_are_served(model_version: str) -> None:
    with pytest.raises(UnknownModelVersion, match="versions here: 1, 2, 3, 4"):
        serve(model_version=model_version)


def test_a_model_that_fails_on_no_rows_at_all_blames_the_empty_tensor() -> None:
    no_rows = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [0], "data": []}]}

    assert serve(body=orjson.dumps(no_rows))["outputs"][0]["data"] == []
    with pytest.raises(InvalidTensor, match="'x': it is empty"):
        serve(model_version="3", body=orjson.dumps(no_rows))


def test_another_model_is_unknown() -> None:
    with pytest.raises(UnknownModel, match="unknown model 'other'"):
        serve("other")


def test_a_header_of_binary_data_that_the_body_does_not_fit_is_refused() -> None:
    with pytest.raises(MalformedBody, match="says 12 bytes of JSON, the body has 4 bytes"):
        serve(json_bytes="12", body=b"{}\x00\x00")


def test_what_the_runtime_raises_becomes_a_failure_of_that_version_and_keeps_its_cause() -> None:
    with pytest.raises(InferenceFailed, match="model 'risk' version 3 failed on this request") as caught:
        serve(model_version="3")

    assert "the graph met a wall" in str(caught.value.__cause__)


def test_a_model_that_cannot_be_loaded_is_not_ready() -> None:
    with pytest.raises(ModelNotReady):
        serve(model_version="4")


def test_the_trace_times_every_step_of_a_success() -> None:
    trace = a_trace()

    serve(trace=trace)

    assert trace.elapsed_ns == dict.fromkeys(
        [step for step in Step if step not in (Step.ASSIGN, Step.FETCH)], 1_000_000
    )
    assert trace.total_ns() == 5_000_000


def test_the_trace_of_a_failure_ends_where_it_failed() -> None:
    refused, failed = a_trace(), a_trace()
    with pytest.raises(InvalidTensor):
        serve(trace=refused, body=BODY.replace(b"FP64", b"FP32"))
    with pytest.raises(InferenceFailed):
        serve(model_version="3", trace=failed)

    assert refused.elapsed_ns == {}
    assert refused.choice is not None
    assert refused.choice.version.released.number == 2
    assert set(failed.elapsed_ns) == {Step.DECODE, Step.LOAD}
    assert failed.outputs is None


def test_outputs_equal_the_models_own_bit_for_bit() -> None:
    answer = serve()

    assert np.array(answer["outputs"][0]["data"]).tobytes() == (np.array([1.5, 4.0]) * 2).tobytes()
