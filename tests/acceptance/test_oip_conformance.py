"""Conformance with the Open Inference Protocol v2 over REST: one test per row of its tables, at the function's handler.

The protocol's text leaves questions open and contradicts itself here and there; what we decided is a test as well.
Statistics and the model repository have tests of their own.
"""

import math
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import pytest
from onnx import TensorProto

from functions.inference.instruments import Instruments
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.inference.datatypes import BY_NAME
from tests.acceptance.oip_function import (
    FAILING,
    FIRST_IDENTITY,
    IN_JSON,
    NAMES,
    PAIR,
    ROW,
    SCALAR,
    SCORES,
    A,
    B,
    X,
    get,
    graphs,
    infer,
    many_models,
    of_binary,
    raw_of,
    read,
    refused,
)
from tests.functions.builders import CONTEXT, PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.unit.inference.binary_requests import DTYPES, texts


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> InferenceFunction:
    return many_models(tmp_path_factory.mktemp("oip"))


# The API


def test_server_live(function: InferenceFunction) -> None:
    assert get(function, "/v2/health/live") == (200, {"live": True})


def test_server_ready(function: InferenceFunction) -> None:
    assert get(function, "/v2/health/ready") == (200, {"ready": True})


def test_server_metadata(function: InferenceFunction) -> None:
    status, document = get(function, "/v2")

    assert status == 200
    assert (type(document["name"]), type(document["version"])) == (str, str)
    assert all(type(each) is str for each in document["extensions"])


@pytest.mark.parametrize("version", ["", "/versions/1"])
def test_model_ready(function: InferenceFunction, version: str) -> None:
    assert get(function, f"/v2/models/risk{version}/ready") == (200, {"name": "risk", "ready": True})


@pytest.mark.parametrize(("version", "versions"), [("", [*map(str, sorted(graphs()))]), ("/versions/1", ["1"])])
def test_model_metadata(function: InferenceFunction, version: str, versions: list[str]) -> None:
    status, document = get(function, f"/v2/models/risk{version}")

    assert status == 200
    assert document["name"] == "risk"
    assert sorted(document["versions"]) == sorted(versions)
    assert document["platform"] == "onnx_onnxv1"
    assert document["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]
    assert document["outputs"] == [{"name": "scores", "datatype": "FP32", "shape": [-1, 2]}]


@pytest.mark.parametrize("number", [None, 1])
def test_infer(function: InferenceFunction, number: int | None) -> None:
    answer = infer(function, {"inputs": [X]}, number=number)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.tensor("scores")["data"] == SCORES


def test_ready_means_that_all_models_are_ready(tmp_path: Path) -> None:
    broken = {1: graphs()[1], 2: (b"broken", graphs()[PAIR][1])}
    half_ready = a_function(tmp_path, PublishedRelease(broken, default_version=1, preload=[2]))

    assert get(half_ready, "/v2/health/ready")[0] == 503
    assert get(half_ready, "/v2/health/live")[0] == 200


def test_names_are_case_sensitive(function: InferenceFunction) -> None:
    assert get(function, "/v2/models/RISK")[0] == 404
    assert "missing inputs: 'x'" in refused(infer(function, {"inputs": [X | {"name": "X"}]}))
    assert "must be 'FP32'" in refused(infer(function, {"inputs": [X | {"datatype": "fp32"}]}))


# Requests and responses


def test_a_requests_id_parameters_and_outputs_are_optional(function: InferenceFunction) -> None:
    full = {"id": "7", "parameters": {"a": "x", "b": 1, "c": 0.5, "d": True}, "inputs": [X | {"parameters": {}}]}

    for body in (full, {"inputs": [X]}):
        assert infer(function, body | {"outputs": [{"name": "scores", "parameters": {}}]}).status == 200
        assert infer(function, body).status == 200


@pytest.mark.parametrize("member", ["name", "shape", "datatype", "data"])
def test_every_member_of_an_input_is_required(function: InferenceFunction, member: str) -> None:
    assert member in refused(infer(function, {"inputs": [{key: it for key, it in X.items() if key != member}]}))


def test_inputs_are_required(function: InferenceFunction) -> None:
    assert "inputs is missing" in refused(infer(function, {}))


def test_without_outputs_all_are_answered_and_else_those_that_are_asked_for_in_their_order(
    function: InferenceFunction,
) -> None:
    def answered(*wanted: str) -> list[str]:
        outputs = {"outputs": [{"name": name} for name in wanted]} if wanted else {}
        return [it["name"] for it in infer(function, {"inputs": [A, B]} | outputs, number=PAIR).document["outputs"]]

    assert answered() == ["c", "d"]
    assert answered("d") == ["d"]
    assert answered("d", "c") == ["d", "c"]


def test_a_response_has_every_member_of_the_protocol(function: InferenceFunction) -> None:
    document = infer(function, {"id": "7", "inputs": [X]}).document

    assert (document["model_name"], document["model_version"], document["id"]) == ("risk", "1", "7")
    assert all(type(it) in (str, int, float, bool) for it in document["parameters"].values())
    assert document["outputs"] == [{"name": "scores", "datatype": "FP32", "shape": [1, 2], "data": SCORES}]


def test_data_is_row_major_nested_or_flat(function: InferenceFunction) -> None:
    rows = [ROW, [4.0, 5.0, 6.0]]
    flat, nested = ({**X, "shape": [2, 3], "data": data} for data in ([*rows[0], *rows[1]], rows))

    answers = [infer(function, {"inputs": [tensor]}) for tensor in (flat, nested)]

    assert answers[0].tensor("scores")["data"] == answers[1].tensor("scores")["data"]
    assert answers[0].tensor("scores")["data"][:2] == SCORES


def test_shape_and_data_describe_the_full_batch_of_any_size(function: InferenceFunction) -> None:
    for rows in (1, 2, 1000):
        tensor = infer(function, {"inputs": [X | {"shape": [rows, 3], "data": ROW * rows}]}).tensor("scores")

        assert tensor["shape"] == [rows, 2]
        assert tensor["data"] == SCORES * rows


def test_elements_are_never_coerced(function: InferenceFunction) -> None:
    for element in ("1.0", True, None, [3.0]):
        assert "element 2 is" in refused(infer(function, {"inputs": [X | {"data": [1.0, 2.0, element]}]}))


# Datatypes


@pytest.mark.parametrize("name", NAMES)
def test_the_datatype_is_known_with_its_size_and_onnx_type(name: str) -> None:
    row = BY_NAME[name]

    assert row.size_bytes == (None if name == "BYTES" else np.dtype(DTYPES[name]).itemsize)
    onnx_name = {"FP16": "FLOAT16", "BF16": "BFLOAT16", "FP32": "FLOAT", "FP64": "DOUBLE", "BYTES": "STRING"}
    assert row.onnx_number == getattr(TensorProto, onnx_name.get(name, name))


@pytest.mark.parametrize("name", NAMES)
def test_the_datatype_goes_through_the_model_as_binary_data_bit_by_bit(function: InferenceFunction, name: str) -> None:
    raw = raw_of(name)
    tensor = of_binary({"name": "x", "datatype": name, "shape": [3, 2]}, len(raw))

    answer = infer(
        function,
        {"inputs": [tensor], "parameters": {"binary_data_output": True}},
        raw,
        number=FIRST_IDENTITY + NAMES.index(name),
    )

    assert answer.document["outputs"] == [tensor | {"name": "y"}]
    assert answer.raw == raw


@pytest.mark.parametrize("name", IN_JSON)
def test_the_datatype_goes_through_the_model_as_json(function: InferenceFunction, name: str) -> None:
    data = {"BOOL": [False, True], "BYTES": ["é", ""]}.get(name, [1, 2])

    answer = infer(
        function,
        {"inputs": [{"name": "x", "datatype": name, "shape": [1, 2], "data": data}]},
        number=FIRST_IDENTITY + NAMES.index(name),
    )

    assert answer.document["outputs"] == [{"name": "y", "datatype": name, "shape": [1, 2], "data": data}]


@pytest.mark.parametrize("name", ["FP16", "BF16"])
def test_half_precision_has_no_json_form(function: InferenceFunction, name: str) -> None:
    number, raw = FIRST_IDENTITY + NAMES.index(name), raw_of(name)
    tensor = {"name": "x", "datatype": name, "shape": [3, 2]}

    as_json = infer(function, {"inputs": [tensor | {"data": [1] * 6}]}, number=number)
    json_output = infer(function, {"inputs": [of_binary(tensor, len(raw))]}, raw, number=number)

    assert f"{name} has no JSON form; send it as binary data" in refused(as_json)
    assert f"output 'y' is {name}, which has no JSON form; ask for it with the parameter binary_data true" in refused(
        json_output
    )


# What the text leaves open


def test_readiness_says_ready_and_its_absence_is_503(tmp_path: Path) -> None:
    published = PublishedRelease(graphs(), default_version=1)
    empty = InferenceFunction(published.publish(), MemoryContentStore(), tmp_path)

    for path in ("/v2/health/ready", "/v2/models/risk/ready"):
        status, document = get(empty, path)
        assert (status, document["ready"]) == (503, False)


def test_the_count_of_elements_is_the_shapes(function: InferenceFunction) -> None:
    message = refused(infer(function, {"inputs": [X | {"data": ROW[:1]}]}))

    assert message == "tensor 'x': data has 1 elements, shape [1, 3] needs 3"


def test_a_request_without_an_id_is_answered_with_a_new_one(function: InferenceFunction) -> None:
    assert infer(function, {"inputs": [X]}).document["id"] == "prediction"
    assert UUID(Instruments().new_prediction_id())


def test_only_the_plural_path_is_there(function: InferenceFunction) -> None:
    assert get(function, "/v2/model/risk")[0] == 404


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_nan_and_infinity_are_no_json(function: InferenceFunction, literal: bytes) -> None:
    body = orjson.dumps({"inputs": [X | {"data": [7.25, 2.0, 3.0]}]}).replace(b"7.25", literal)

    assert "not valid JSON" in refused(infer(function, body))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_go_as_binary_data_and_an_output_of_json_is_refused(
    function: InferenceFunction, value: float
) -> None:
    raw = np.array([[value, 0.5]], np.float64).tobytes()
    number = FIRST_IDENTITY + NAMES.index("FP64")
    inputs = {"inputs": [of_binary({"name": "x", "datatype": "FP64", "shape": [1, 2]}, len(raw))]}

    as_json = infer(function, inputs, raw, number=number)
    as_binary = infer(function, inputs | {"parameters": {"binary_data_output": True}}, raw, number=number)

    assert "JSON carries finite numbers only, binary data would carry it" in refused(as_json, 500)
    assert as_binary.raw == raw


@pytest.mark.parametrize(("name", "extremes"), [("INT64", [-(2**63), 2**63 - 1]), ("UINT64", [2**53 + 1, 2**64 - 1])])
def test_integers_beyond_2_to_the_53_are_exact(function: InferenceFunction, name: str, extremes: list[int]) -> None:
    tensor = {"name": "x", "datatype": name, "shape": [1, 2], "data": extremes}

    answer = infer(function, {"inputs": [tensor]}, number=FIRST_IDENTITY + NAMES.index(name))

    assert answer.tensor("y")["data"] == extremes


@pytest.mark.parametrize(("element", "why"), [(128, "out of range"), (-129, "out of range"), (1.5, "is fractional")])
def test_integers_never_wrap_and_are_never_cut(function: InferenceFunction, element: Any, why: str) -> None:
    tensor = {"name": "x", "datatype": "INT8", "shape": [1, 2], "data": [0, element]}

    answer = infer(function, {"inputs": [tensor]}, number=FIRST_IDENTITY + NAMES.index("INT8"))

    assert f"tensor 'x': element 1 ({element}) " in refused(answer)
    assert why in refused(answer)


def test_texts_are_utf_8_and_may_be_base64_in_json(function: InferenceFunction) -> None:
    number = FIRST_IDENTITY + NAMES.index("BYTES")
    tensor = {"name": "x", "datatype": "BYTES", "shape": [1, 2], "data": ["w6k=", ""]}
    bad = texts(b"\xff", b"")

    plain = infer(function, {"inputs": [tensor]}, number=number)
    decoded = infer(function, {"inputs": [tensor | {"parameters": {"content_type": "base64"}}]}, number=number)
    other = infer(function, {"inputs": [of_binary(tensor, len(bad))]}, bad, number=number)

    assert plain.tensor("y")["data"] == ["w6k=", ""]
    assert decoded.tensor("y")["data"] == ["é", ""]
    assert "element 0 is not UTF-8" in refused(other)


def test_unknown_members_are_ignored_and_kept_in_the_record(tmp_path: Path) -> None:
    function = many_models(tmp_path)

    answer = infer(function, {"inputs": [X | {"note": 1}], "trace": {"deep": []}})

    assert answer.status == 200
    assert orjson.loads(function.records[0]["request_body"])["trace"] == {"deep": []}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([A, A, B], "inputs name 'a' more than once"),
        ([A], "missing inputs: 'b'; the model takes 'a', 'b'"),
        ([A, B, X], "unexpected inputs: 'x'; the model takes 'a', 'b'"),
        ([A, X], "missing inputs: 'b'; unexpected inputs: 'x'"),
    ],
)
def test_wrong_names_are_listed(function: InferenceFunction, inputs: list[Any], message: str) -> None:
    assert message in refused(infer(function, {"inputs": inputs}, number=PAIR))


def test_a_shape_without_dimensions_is_a_scalar(function: InferenceFunction) -> None:
    answer = infer(function, {"inputs": [{"name": "x", "datatype": "FP32", "shape": [], "data": [0.5]}]}, number=SCALAR)

    assert answer.document["outputs"] == [{"name": "y", "datatype": "FP32", "shape": [], "data": [0.5]}]


@pytest.mark.parametrize("shape", [[0, 2], [2, 0], [0, 0]])
def test_dimensions_of_0_are_taken(function: InferenceFunction, shape: list[int]) -> None:
    tensor = {"name": "x", "datatype": "FP32", "shape": shape, "data": []}

    answer = infer(function, {"inputs": [tensor]}, number=FIRST_IDENTITY + NAMES.index("FP32"))

    assert answer.document["outputs"] == [tensor | {"name": "y"}]


# Statuses


@pytest.mark.parametrize("path", ["/v2/models/other/infer", "/v2/models/risk/versions/9/infer"])
def test_what_is_unknown_is_404(function: InferenceFunction, path: str) -> None:
    assert refused(read(function.handler(an_event(path=path, body={"inputs": [X]}), CONTEXT)), 404)


def test_what_is_not_ready_is_503_and_says_when_to_try_again(tmp_path: Path) -> None:
    published = PublishedRelease(graphs(), default_version=1)
    empty = InferenceFunction(published.publish(), MemoryContentStore(), tmp_path)

    answer = infer(empty, {"inputs": [X]})

    assert refused(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_bad_input_is_400(function: InferenceFunction) -> None:
    assert refused(infer(function, b"{"))


def test_what_is_not_offered_is_501(function: InferenceFunction) -> None:
    assert "sequences are not offered" in refused(
        infer(function, {"inputs": [X], "parameters": {"sequence_id": 7}}), 501
    )


def test_a_failure_of_the_model_is_500(function: InferenceFunction) -> None:
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1.0, 2.0]}

    assert "model 'risk' version 3 failed on this request" in refused(
        infer(function, {"inputs": [tensor]}, number=FAILING), 500
    )


def test_a_body_that_is_too_large_is_413_and_hears_the_limit(function: InferenceFunction) -> None:
    answer = infer(function, {"inputs": [X]}, bytes(6 * 1024 * 1024), json_bytes=None)

    assert "the limit is 6291456" in refused(answer, 413)


# Parameters


@pytest.mark.parametrize(
    "parameters",
    [
        {"sequence_id": 0, "sequence_start": False, "sequence_end": False},
        {"priority": 1, "timeout": 5},
        {"headers": "x"},
        {"triton_enable_empty_final_response": True},
        {"sluice_unknown": "x"},
    ],
)
def test_reserved_parameters_that_ask_for_nothing_here_are_ignored(
    function: InferenceFunction, parameters: dict[str, Any]
) -> None:
    assert infer(function, {"inputs": [X], "parameters": parameters}).tensor("scores")["data"] == SCORES
