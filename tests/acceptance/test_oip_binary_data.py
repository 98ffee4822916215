"""Conformance with the binary tensor extension of the Open Inference Protocol v2: one test per rule."""

from typing import Any

import numpy as np
import orjson
import pytest

from tests.acceptance.oip_function import (
    FIRST_IDENTITY,
    NAMES,
    PAIR,
    ROW,
    SCORES,
    A,
    B,
    X,
    get,
    infer,
    many_models,
    of_binary,
    read,
    refused,
)
from tests.functions.builders import CONTEXT, an_event
from tests.functions.inference_function import InferenceFunction
from tests.unit.inference.binary_requests import texts


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> InferenceFunction:
    return many_models(tmp_path_factory.mktemp("oip"))


def test_the_extension_is_advertised(function: InferenceFunction) -> None:
    assert "binary_tensor_data" in get(function, "/v2")[1]["extensions"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_raw_tensors_lie_in_the_order_of_the_binary_inputs(function: InferenceFunction, order: tuple[int, int]) -> None:
    raw = [np.array([0.5]).tobytes(), np.array([1, 2]).tobytes()]
    tensors = [of_binary(A, 8), of_binary(B, 16)]

    answer = infer(
        function,
        {"inputs": [tensors[each] for each in order], "parameters": {"binary_data_output": True}},
        b"".join(raw[each] for each in order),
        number=PAIR,
    )

    assert [it["name"] for it in answer.document["outputs"]] == ["c", "d"]
    assert answer.raw == raw[0] + raw[1]


def test_the_worked_sizes_are_16_and_3_bytes_in_and_24_out(function: InferenceFunction) -> None:
    first = of_binary({"name": "x", "datatype": "UINT32", "shape": [2, 2]}, 16)
    second = of_binary({"name": "x", "datatype": "BOOL", "shape": [1, 3]}, 3)
    third = of_binary({"name": "x", "datatype": "FP32", "shape": [3, 2]}, 24)
    asked = {"parameters": {"binary_data_output": True}}

    for name, tensor, size in (("UINT32", first, 16), ("BOOL", second, 3), ("FP32", third, 24)):
        number = FIRST_IDENTITY + NAMES.index(name)
        answer = infer(
            function, {"inputs": [tensor]} | asked, b"\1\0\1\0" * (size // 4) + b"\0" * (size % 4), number=number
        )

        assert answer.status == 200
        assert len(answer.raw) == size
        length = int(answer.headers["content-length"]) - int(answer.headers["inference-header-content-length"])
        assert length == size


def test_the_answers_headers_are_there_with_a_binary_output_and_not_without(function: InferenceFunction) -> None:
    without = infer(function, {"inputs": [X]})
    mixed = infer(
        function,
        {"inputs": [A, B], "outputs": [{"name": "c"}, {"name": "d", "parameters": {"binary_data": True}}]},
        number=PAIR,
    )

    assert "inference-header-content-length" not in without.headers
    assert mixed.headers["content-type"] == "application/octet-stream"
    assert "inference-header-content-length" in mixed.headers


def test_numbers_are_little_endian_without_padding(function: InferenceFunction) -> None:
    tensor = of_binary({"name": "x", "datatype": "INT32", "shape": [1, 2]}, 8)

    answer = infer(
        function, {"inputs": [tensor]}, b"\1\2\0\0\xff\xff\xff\xff", number=FIRST_IDENTITY + NAMES.index("INT32")
    )

    assert answer.tensor("y")["data"] == [513, -1]


def test_json_and_binary_tensors_are_mixed_both_ways(function: InferenceFunction) -> None:
    wanted = [{"name": "d", "parameters": {"binary_data": True}}, {"name": "c"}]

    answer = infer(
        function, {"inputs": [A, of_binary(B, 16)], "outputs": wanted}, np.array([1, 2]).tobytes(), number=PAIR
    )

    assert answer.document["outputs"] == [
        {"name": "d", "datatype": "INT64", "shape": [2], "parameters": {"binary_data_size": 16}},
        {"name": "c", "datatype": "FP64", "shape": [1], "data": [0.5]},
    ]
    assert answer.raw == np.array([1, 2]).tobytes()


@pytest.mark.parametrize(
    ("all_binary", "of_d", "is_binary"),
    [(None, None, False), (None, True, True), (True, None, True), (True, False, False), (False, True, True)],
)
def test_an_outputs_binary_data_overrides_the_requests_binary_data_output(
    function: InferenceFunction, all_binary: bool | None, of_d: bool | None, is_binary: bool
) -> None:
    parameters = {} if all_binary is None else {"parameters": {"binary_data_output": all_binary}}
    wanted = {"name": "d"} | ({} if of_d is None else {"parameters": {"binary_data": of_d}})

    answer = infer(function, {"inputs": [A, B], "outputs": [wanted]} | parameters, number=PAIR)

    assert bool(answer.raw) == is_binary
    assert ("data" in answer.tensor("d")) != is_binary


RAW_A = np.array([0.5]).tobytes()
BROKEN: dict[str, tuple[list[Any], bytes, Any, str]] = {
    "header absent": ([of_binary(A, 8), B], b"", None, "tensor 'a': binary_data_size needs the header"),
    "header beyond the body": ([A, B], b"", "100000", "says 100000 bytes of JSON"),
    "header is no number": ([A, B], b"", "many", "must be the length of the JSON in bytes"),
    "a size beyond the rest": ([of_binary(A, 8), B], RAW_A[:7], True, "tensor 'a': binary_data_size is 8, 7 bytes"),
    "sizes below the rest": ([of_binary(A, 8), B], RAW_A + b"\0", True, "1 bytes after the last tensor"),
    "the header without any binary tensor": ([A, B], b"\0", True, "1 bytes after the last tensor"),
    "a size that is not the shape's": (
        [of_binary(A, 4), B],
        RAW_A[:4],
        True,
        "tensor 'a': binary_data_size is 4, shape",
    ),
    "a size that is no size": ([of_binary(A, -8), B], RAW_A, True, "tensor 'a': binary_data_size is -8"),
    "data beside it": ([of_binary(A, 8) | {"data": [0.5]}, B], RAW_A, True, "tensor 'a': it has both data and"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_check_of_binary_data_refuses_and_names_the_tensor(function: InferenceFunction, case: str) -> None:
    inputs, raw, json_bytes, message = BROKEN[case]

    assert message in refused(infer(function, {"inputs": inputs}, raw, number=PAIR, json_bytes=json_bytes))


def test_a_walk_over_texts_must_end_exactly(function: InferenceFunction) -> None:
    number = FIRST_IDENTITY + NAMES.index("BYTES")
    for raw in (texts(b"a", b"b") + b"\0", texts(b"a", b"b")[:-1], texts(b"a")):
        tensor = of_binary({"name": "x", "datatype": "BYTES", "shape": [1, 2]}, len(raw))

        assert f"binary_data_size is {len(raw)}" in refused(infer(function, {"inputs": [tensor]}, raw, number=number))


def test_the_header_without_a_binary_tensor_is_fine_if_it_is_the_whole_body(function: InferenceFunction) -> None:
    length = str(len(orjson.dumps({"inputs": [X]})))

    assert infer(function, {"inputs": [X]}, json_bytes=length).tensor("scores")["data"] == SCORES


def test_a_body_without_json_is_the_models_one_input_and_is_answered_with_raw_bytes(
    function: InferenceFunction,
) -> None:
    answer = infer(function, b"", np.array(ROW * 2, np.float32).tobytes())

    assert answer.tensor("scores")["shape"] == [2, 2]
    assert np.frombuffer(answer.raw, np.float32).tolist() == SCORES * 2


def test_the_headers_name_may_be_written_in_any_case(function: InferenceFunction) -> None:
    """API Gateway gives names in lower case; behind the framework they may be otherwise."""
    head, raw = orjson.dumps({"inputs": [of_binary(X, 12)]}), np.array(ROW, np.float32).tobytes()
    event = an_event(body=head + raw, headers={"INFERENCE-Header-content-LENGTH": str(len(head))}, encoded=True)

    answer = read(function.framework(event, CONTEXT))

    assert answer.tensor("scores")["data"] == SCORES


def test_an_answer_beyond_what_lambda_can_carry_in_base64_is_413(function: InferenceFunction) -> None:
    raw = bytes(4 * 1200 * 1000)
    tensor = of_binary({"name": "x", "datatype": "FP32", "shape": [1200, 1000]}, len(raw))
    body = {"inputs": [tensor], "parameters": {"binary_data_output": True}}

    answer = infer(function, body, raw, number=FIRST_IDENTITY + NAMES.index("FP32"))

    assert "the limit is 6291456" in refused(answer, 413)
