"""The envelope of a request, member by member."""

from typing import Any

import orjson
import pytest

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, MalformedBody, SluiceError, Unsupported
from sluice.inference.request_decoder import RequestDecoder, read_envelope
from sluice.inference.tensors import InferenceRequest

TWO_INPUTS = Signature(
    (TensorSpec("a", "INT64", (-1,)), TensorSpec("b", "INT64", (-1,))),
    (TensorSpec("y", "INT64", (-1,)), TensorSpec("half", "FP16", (-1,))),
)
A = {"name": "a", "datatype": "INT64", "shape": [1], "data": [1]}
B = {"name": "b", "datatype": "INT64", "shape": [1], "data": [2]}
Y = [{"name": "y"}]


def decode(body: bytes) -> InferenceRequest:
    return RequestDecoder(TWO_INPUTS).decode(read_envelope(body), fallback_id="ours")


def request(**members: Any) -> InferenceRequest:
    return decode(orjson.dumps({"inputs": [A, B], "outputs": Y} | members))


def test_inputs_come_by_name_in_any_order() -> None:
    decoded = request(inputs=[B, A])

    assert {name: array.tolist() for name, array in decoded.inputs.items()} == {"a": [1], "b": [2]}


def test_the_clients_id_is_kept_and_ours_takes_its_place_only_if_it_has_none() -> None:
    assert request(id="").id == ""
    assert request(id="abc").id == "abc"
    assert request().id == request(id=None).id == "ours"


def test_members_that_the_protocol_does_not_know_are_ignored() -> None:
    assert request(trace="x", inputs=[A | {"extra": 1}, B]).inputs.keys() == {"a", "b"}


def test_optional_members_that_are_null_count_as_absent() -> None:
    decoded = request(parameters=None, id=None, inputs=[A | {"parameters": None}, B])

    assert decoded.parameters == {}


def test_parameters_and_requested_outputs_are_handed_on() -> None:
    decoded = request(parameters={"a": "x", "b": 1, "c": 1.5, "d": False})

    assert decoded.parameters == {"a": "x", "b": 1, "c": 1.5, "d": False}
    assert decoded.requested_outputs == ("y",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"inputs": [NaN]}', "not valid JSON"),
        (b'{"inputs": [1e999]}', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"{}", "inputs is missing or not an array"),
        (b'{"inputs": {}}', "inputs is missing or not an array"),
        (b'{"inputs": [[]]}', "every item of inputs must be an object with a string 'name'"),
        (b'{"inputs": [{"name": 5}]}', "every item of inputs must be an object with a string 'name'"),
    ],
)
def test_a_body_that_is_no_request_is_malformed(body: bytes, message: str) -> None:
    with pytest.raises(MalformedBody, match=message):
        decode(body)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"id": 7}, "id is 7, must be a string"),
        ({"id": "x" * 1025}, "must be a string of at most 1024 characters"),
        ({"parameters": []}, "parameters of the request must be an object"),
        ({"parameters": {"a": [1]}}, "parameter 'a' of the request must be a string, number or boolean"),
        ({"parameters": {"a": None}}, "parameter 'a' of the request must be a string, number or boolean"),
        ({"inputs": [A | {"parameters": 3}, B]}, "parameters of inputs 'a' must be an object"),
        ({"outputs": "y"}, "outputs is missing or not an array"),
        ({"outputs": ["y"]}, "every item of outputs must be an object"),
        ({"inputs": [A, A, B]}, "inputs name 'a' more than once"),
        ({"outputs": Y + Y}, "outputs name 'y' more than once"),
        ({"inputs": [A]}, "missing inputs: 'b'; the model takes 'a', 'b'"),
        ({"inputs": [A, B, A | {"name": "c"}]}, "unexpected inputs: 'c'; the model takes 'a', 'b'"),
        ({"outputs": [{"name": "z"}]}, "unknown outputs requested: 'z'; the model has 'half', 'y'"),
        ({"outputs": [{"name": "half"}]}, "output 'half' is FP16, which has no JSON form"),
        ({"outputs": []}, "output 'half' is FP16, which has no JSON form"),
    ],
)
def test_an_envelope_that_breaks_a_rule_is_refused_by_name(members: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        request(**members)


def test_binary_tensor_data_is_not_offered() -> None:
    with pytest.raises(Unsupported, match="binary tensor data is not offered"):
        request(inputs=[A | {"parameters": {"binary_data_size": 8}}, B])


@pytest.mark.parametrize("wanted", [True, False])
def test_the_form_that_outputs_are_wanted_in_does_not_matter_as_there_is_but_one(wanted: bool) -> None:
    asked = [{"name": "y", "parameters": {"binary_data": wanted}}]

    assert request(parameters={"binary_data_output": wanted}, outputs=asked).requested_outputs == ("y",)


def test_a_list_of_names_in_a_message_is_cut() -> None:
    strangers = [A | {"name": f"stranger-{index}"} for index in range(1000)]

    with pytest.raises(SluiceError) as caught:
        request(inputs=strangers)

    assert "and 990 more" in str(caught.value)
    assert len(str(caught.value)) < 400
