"""The envelope of a request, member by member."""

from typing import Any

import orjson
import pytest

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, InvalidTensor, MalformedBody, SluiceError, Unsupported
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
        ({"outputs": {}}, "outputs is missing or not an array"),
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


def test_binary_data_without_the_header_is_refused_by_name() -> None:
    with pytest.raises(InvalidTensor, match="'a': binary_data_size needs the header Inference-Header-Content-Length"):
        request(inputs=[A | {"data": None, "parameters": {"binary_data_size": 8}}, B])


@pytest.mark.parametrize(
    ("all_binary", "of_y", "binary"),
    [(None, None, False), (True, None, True), (None, True, True), (True, False, False), (False, True, True)],
)
def test_an_outputs_own_wish_stands_above_the_requests(all_binary: Any, of_y: Any, binary: bool) -> None:
    members: dict[str, Any] = {} if all_binary is None else {"parameters": {"binary_data_output": all_binary}}
    asked = {"name": "y"} if of_y is None else {"name": "y", "parameters": {"binary_data": of_y}}

    assert request(outputs=[asked], **members).binary_outputs == ({"y"} if binary else set())


def test_all_outputs_are_binary_where_none_is_named() -> None:
    for absent in (list[Any](), None):
        decoded = request(outputs=absent, parameters={"binary_data_output": True})

        assert decoded.requested_outputs == ()
        assert decoded.binary_outputs == {"y", "half"}


def test_an_output_without_a_json_form_may_be_had_as_binary_beside_one_of_json() -> None:
    decoded = request(outputs=[{"name": "half", "parameters": {"binary_data": True}}, {"name": "y"}])

    assert decoded.requested_outputs == ("half", "y")
    assert decoded.binary_outputs == {"half"}


@pytest.mark.parametrize("wish", ["true", 1, 0.0])
def test_a_wish_for_binary_data_is_true_or_false(wish: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"'binary_data_output' of the request is .*, must be true or false"):
        request(parameters={"binary_data_output": wish})
    with pytest.raises(InvalidRequest, match=r"'binary_data' of output 'y' is .*, must be true or false"):
        request(outputs=[{"name": "y", "parameters": {"binary_data": wish}}])


@pytest.mark.parametrize("parameters", [{"sequence_id": 5}, {"sequence_id": "a"}, {"sequence_start": True}])
def test_sequences_are_not_offered(parameters: dict[str, Any]) -> None:
    with pytest.raises(Unsupported, match="sequences are not offered, every request stands alone"):
        request(parameters=parameters)


def test_what_else_clients_reserve_for_their_servers_is_handed_on_and_means_nothing() -> None:
    reserved: dict[str, Any] = {
        "sequence_id": 0,
        "sequence_start": False,
        "sequence_end": False,
        "priority": 3,
        "timeout": 1000,
        "headers": "x",
        "triton_enable_empty_final_response": True,
    }

    assert request(parameters=reserved).parameters == reserved


def test_a_list_of_names_in_a_message_is_cut() -> None:
    strangers = [A | {"name": f"stranger-{index}"} for index in range(1000)]

    with pytest.raises(SluiceError) as caught:
        request(inputs=strangers)

    assert "and 990 more" in str(caught.value)
    assert len(str(caught.value)) < 400
