"""KServe's first protocol, MLflow's scoring server and SageMaker's containers, through both entrances."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from sluice import __version__
from sluice.adapters.memory_content_store import MemoryContentStore
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.functions.rest_events import as_rest_event
from tests.functions.row_models import TWO, two_columns
from tests.onnx_graphs import affine

MODEL = "/v2/models/risk"
V1 = "/v1/models/risk:predict"
TWO_V1 = f"{MODEL}/versions/3/v1/models/risk:predict"
INVOCATIONS = f"{MODEL}/invocations"
TWO_INVOCATIONS = f"{MODEL}/versions/3/invocations"
ROWS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
SCORES = [[2.5, 3.25], [7.0, 7.0]]
PEOPLE = [{"age": 30, "city": "Bern"}, {"age": 40, "city": "Zürich"}]
ANSWERED = [{"years": [30], "town": "Bern"}, {"years": [40], "town": "Zürich"}]


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    graphs = {1: (affine(), AFFINE), 2: (affine(), AFFINE), 3: (two_columns(), TWO)}
    return a_function(tmp_path, PublishedRelease(graphs))


def event(path: str, body: Any, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    encoded = isinstance(body, bytes)
    return an_event(path=path, body=body, headers=named, encoded=encoded, route_key=f"ANY {MODEL}/{{proxy+}}")


def ask(function: InferenceFunction, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    answer = function.handler(event(path, body, **headers), CONTEXT)
    raw = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    is_json = answer["headers"]["content-type"] == "application/json"
    return answer["statusCode"], orjson.loads(raw) if is_json else raw


def as_npy(rows: Any) -> bytes:
    file = BytesIO()
    np.save(file, np.array(rows))
    return file.getvalue()


AS_NPY = as_npy(ROWS)
CORPUS: dict[str, tuple[str, Any, dict[str, str], int]] = {
    "instances": (V1, {"instances": ROWS}, {}, 200),
    "instances by name": (V1, {"instances": [{"x": row} for row in ROWS]}, {}, 200),
    "inputs": (V1, {"inputs": {"x": ROWS}}, {}, 200),
    "below the model": (f"{MODEL}/versions/1{V1}", {"instances": ROWS}, {}, 200),
    "two inputs": (TWO_V1, {"instances": PEOPLE}, {}, 200),
    "both members": (V1, {"instances": [], "inputs": []}, {}, 400),
    "neither member": (V1, a_body() | {"inputs": None}, {}, 400),
    "not JSON": (V1, b"{", {}, 400),
    "another model": ("/v1/models/other:predict", {"instances": ROWS}, {}, 404),
    "another model below this one": (f"{MODEL}/v1/models/other:predict", {"instances": ROWS}, {}, 404),
    "dataframe_split": (INVOCATIONS, {"dataframe_split": {"columns": ["a", "b", "c"], "data": ROWS}}, {}, 200),
    "dataframe_records": (TWO_INVOCATIONS, {"dataframe_records": PEOPLE}, {}, 200),
    "MLflow's inputs": (INVOCATIONS, {"inputs": ROWS}, {}, 200),
    "two forms": (INVOCATIONS, {"inputs": ROWS, "instances": ROWS}, {}, 400),
    "params that are none": (INVOCATIONS, {"inputs": ROWS, "params": {"top_k": [1]}}, {}, 400),
    "CSV": (INVOCATIONS, b"1,2,3\n", {"content_type": "text/csv"}, 200),
    "CSV to CSV": (INVOCATIONS, b"1,2,3\n", {"content_type": "text/csv", "accept": "text/csv"}, 200),
    "an array": (INVOCATIONS, AS_NPY, {"content_type": "application/x-npy"}, 200),
    "no array": (INVOCATIONS, b"1,2,3", {"content_type": "application/x-npy"}, 400),
    "an array for two inputs": (TWO_INVOCATIONS, AS_NPY, {"content_type": "application/x-npy"}, 400),
    "raw tensors of no length": (INVOCATIONS, b"", {"content_type": "application/octet-stream"}, 400),
    "an unknown media type": (INVOCATIONS, b"1,2,3\n", {"content_type": "text/plain"}, 415),
    "another charset": (INVOCATIONS, {"inputs": ROWS}, {"content_type": "application/json; charset=latin1"}, 415),
    "an answer that is not given": (INVOCATIONS, {"inputs": ROWS}, {"accept": "application/x-recordio"}, 406),
    "the protocol v2": (INVOCATIONS, a_body(), {}, 200),
    "an unknown version": (f"{MODEL}/versions/9/invocations", {"inputs": ROWS}, {}, 404),
}


@pytest.mark.parametrize(("path", "body", "headers", "status"), CORPUS.values(), ids=CORPUS)
def test_both_entrances_give_the_same_answer_and_the_same_record(
    function: InferenceFunction, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    asked = event(path, body, **headers)

    hot = function.handler(asked, CONTEXT)
    framework = function.framework(asked, CONTEXT)

    assert hot["statusCode"] == status
    assert without_charset(hot) == without_charset(framework)
    assert len(function.lines) == 2
    assert function.lines[0] == function.lines[1]


def without_charset(answer: dict[str, Any]) -> dict[str, Any]:
    """Starlette adds it to every media type of text."""
    content_type = answer["headers"]["content-type"].partition(";")[0]
    return answer | {"headers": {**answer["headers"], "content-type": content_type}}


@pytest.mark.parametrize(("path", "body", "headers", "status"), CORPUS.values(), ids=CORPUS)
def test_a_rest_api_is_answered_alike(
    function: InferenceFunction, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    asked = event(path, body, **headers)

    assert function.handler(as_rest_event(asked), CONTEXT) == function.handler(asked, CONTEXT)


def test_rows_come_back_as_rows_and_whole_inputs_as_whole_outputs(function: InferenceFunction) -> None:
    """As TensorFlow Serving answers; KServe has the first half of it."""
    assert ask(function, V1, {"instances": ROWS})[1]["predictions"] == SCORES
    assert ask(function, V1, {"inputs": ROWS})[1]["outputs"] == SCORES
    assert ask(function, TWO_V1, {"instances": PEOPLE})[1]["predictions"] == ANSWERED
    assert ask(function, TWO_V1, {"inputs": {"age": [30, 40], "city": ["Bern", "Zürich"]}})[1]["outputs"] == {
        "years": [[30], [40]],
        "town": ["Bern", "Zürich"],
    }


def test_an_answer_says_who_gave_it_as_the_protocol_v2_does(function: InferenceFunction) -> None:
    _, answered = ask(function, V1, {"instances": ROWS})
    _, of_v2 = function.call(an_event(body=a_body()))

    assert answered.keys() - of_v2.keys() == {"predictions"}
    assert all(answered[name] == of_v2[name] for name in ("model_name", "model_version", "id", "parameters"))


FORMS: dict[str, Any] = {
    "dataframe_split": {"columns": ["city", "age"], "index": [0, 1], "data": [["Bern", 30], ["Zürich", 40]]},
    "dataframe_records": PEOPLE,
    "instances": PEOPLE,
    "inputs": {"age": [30, 40], "city": ["Bern", "Zürich"]},
}


@pytest.mark.parametrize("form", FORMS)
def test_each_of_mlflows_four_forms_gives_the_same_predictions(function: InferenceFunction, form: str) -> None:
    status, answered = ask(function, TWO_INVOCATIONS, {form: FORMS[form]})

    assert (status, answered["predictions"]) == (200, ANSWERED)


def test_mlflows_params_are_the_requests_parameters_and_its_unit_is_masked_in_the_record(
    function: InferenceFunction,
) -> None:
    ask(function, INVOCATIONS, {"inputs": ROWS, "params": {"sluice_unit": "alice"}})

    assert "alice" not in function.lines[0]
    assert function.records[0]["request_body"].endswith('"params":{"sluice_unit":"withheld"}}')


def test_csv_with_names_is_mlflows_and_csv_without_them_is_sagemakers(function: InferenceFunction) -> None:
    with_names = ask(function, TWO_INVOCATIONS, "city,age\nBern,30\nZürich,40\n".encode(), content_type="text/csv")
    without = ask(function, TWO_INVOCATIONS, "30,Bern\n40,Zürich\n".encode(), content_type="text/csv")

    assert with_names == without
    assert with_names[1]["predictions"] == ANSWERED


def test_csv_is_given_to_those_who_accept_it_without_a_header(function: InferenceFunction) -> None:
    assert ask(function, INVOCATIONS, {"instances": ROWS}, accept="text/csv") == (200, b"2.5,3.25\n7.0,7.0\n")
    assert ask(function, TWO_INVOCATIONS, {"instances": PEOPLE}, accept="text/csv") == (
        200,
        "30,Bern\n40,Zürich\n".encode(),
    )


def test_an_array_of_numpy_is_rows_of_the_one_input(function: InferenceFunction) -> None:
    status, answered = ask(function, INVOCATIONS, AS_NPY, content_type="application/x-npy")

    assert (status, answered["predictions"]) == (200, SCORES)
    assert function.records[0]["request_body_base64"]


def test_sagemakers_inference_id_is_the_requests_id_and_custom_attributes_say_who_answered(
    function: InferenceFunction,
) -> None:
    asked = event(
        INVOCATIONS,
        {"instances": ROWS},
        x_amzn_sagemaker_inference_id="truth-7",
        x_amzn_sagemaker_custom_attributes="anything",
    )
    answer = function.handler(asked, CONTEXT)

    assert orjson.loads(answer["body"])["id"] == "truth-7"
    assert answer["headers"]["x-amzn-sagemaker-inference-id"] == "truth-7"
    assert answer["headers"]["x-amzn-sagemaker-custom-attributes"] == (
        "prediction_id=prediction;model_version=2;release=3;reason=RELEASE_DEFAULT"
    )


def test_an_inference_id_that_sagemaker_would_not_send_is_refused(function: InferenceFunction) -> None:
    status, answered = ask(function, INVOCATIONS, {"instances": ROWS}, x_amzn_sagemaker_inference_id="i" * 65)

    assert status == 400
    assert "must have at most 64 characters" in answered["error"]


def test_raw_tensors_come_by_invocations_as_triton_takes_them_behind_sagemaker(function: InferenceFunction) -> None:
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 3], "parameters": {"binary_data_size": 12}}
    head = orjson.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}})
    body = head + np.array([1, 2, 3], np.float32).tobytes()
    triton = "application/vnd.sagemaker-triton.binary+json;json-header-size={}"

    asked = event(INVOCATIONS, body, content_type=triton.format(len(head)))
    answer = function.handler(asked, CONTEXT)
    raw = b64decode(answer["body"])
    name, _, json_bytes = answer["headers"]["content-type"].partition("=")

    assert name == triton.partition("=")[0]
    assert np.frombuffer(raw[int(json_bytes) :], np.float32).tolist() == [2.5, 3.25]
    octets = ask(
        function,
        INVOCATIONS,
        body,
        content_type="application/octet-stream",
        inference_header_content_length=str(len(head)),
    )
    assert octets == (200, raw)
    assert function.records[0]["outputs"] == function.records[1]["outputs"]


def test_the_record_names_the_protocol_and_keeps_the_outputs_as_tensors(function: InferenceFunction) -> None:
    ask(function, V1, {"instances": ROWS})
    ask(function, INVOCATIONS, b"1,2,3\n4,5,6\n", content_type="text/csv")
    function.call(an_event(body=a_body(shape=[2, 3], data=[*ROWS[0], *ROWS[1]])))

    assert [record["protocol"] for record in function.records] == ["v1", "invocations", "v2"]
    assert function.records[0]["outputs"] == function.records[1]["outputs"] == function.records[2]["outputs"]


def test_what_has_no_json_form_is_an_error_as_in_the_protocol_v2(function: InferenceFunction) -> None:
    status, answered = ask(function, V1, {"instances": [[3e38, 3e38, 0]]})

    assert status == 500
    assert "answered inf" in answered["error"]


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/v1/models/risk", 200, {"name": "risk", "ready": True}),
        ("/v1/models/other", 404, {"error": "unknown model 'other'"}),
        (f"{MODEL}/v1/models", 200, {"models": ["risk"]}),
        (f"{MODEL}/versions/1/v1/models/risk", 200, {"name": "risk", "ready": True}),
        (f"{MODEL}/ping", 200, b""),
        (f"{MODEL}/versions/3/ping", 200, b""),
        (f"{MODEL}/health", 200, b""),
        (f"{MODEL}/version", 200, __version__.encode()),
        (
            f"{MODEL}/versions/9/ping",
            404,
            {"error": "model 'risk' has no version '9' here; versions here: 1, 2, 3"},
        ),
    ],
)
def test_health_is_told_as_each_protocol_asks_for_it_and_leaves_no_record(
    function: InferenceFunction, path: str, status: int, body: Any
) -> None:
    answer = function.handler(an_event("GET", path), CONTEXT)
    is_json = answer["headers"]["content-type"] == "application/json"

    assert answer["statusCode"] == status
    assert (orjson.loads(answer["body"]) if is_json else answer["body"].encode()) == body
    assert function.lines == []


@pytest.mark.parametrize("path", ["/v1/models/risk", f"{MODEL}/ping", f"{MODEL}/health"])
def test_a_model_that_is_not_ready_is_503_to_all_of_them(tmp_path: Path, path: str) -> None:
    function = InferenceFunction(PublishedRelease().publish(), MemoryContentStore(), tmp_path)

    status, document = function.call(an_event("GET", path))

    assert status == 503
    assert "there is no such content" in document["error"]


@pytest.mark.parametrize("path", ["/v1/models/risk:explain", f"{MODEL}/v1/models/risk:explain"])
def test_explanations_are_not_offered(function: InferenceFunction, path: str) -> None:
    assert function.call(an_event(path=path, body={"instances": ROWS})) == (
        501,
        {"error": "model 'risk' explains nothing; predictions are offered"},
    )
