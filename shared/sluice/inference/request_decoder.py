"""JSON body to inference request: the envelope of the Open Inference Protocol v2.

Members that the protocol does not know are ignored (the record keeps the whole body);
an optional member that is null counts as absent.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import Signature
from sluice.errors import InvalidRequest, MalformedBody, Unsupported
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.shown import shown, shown_names
from sluice.inference.tensor_decoder import TensorDecoder
from sluice.inference.tensors import InferenceRequest, ParameterValue

_ID_LIMIT_CHARACTERS = 1024
# `binary_data` and `binary_data_output` say in which form a client would like its outputs. A server without the
# extension answers in JSON, which every client reads; NVIDIA's asks for binary outputs unless told otherwise.
_BINARY_INPUT = "binary_data_size"


class Envelope(NamedTuple):
    """A body that is JSON, and its parameters; which model version decodes the rest may depend on them."""

    members: Mapping[str, Any]
    parameters: Mapping[str, ParameterValue]


def read_envelope(body: bytes, json_bytes: str | None = None) -> Envelope:
    """What every version reads alike. Raises MalformedBody, Unsupported."""
    if json_bytes is not None:
        raise binary_not_offered()
    members = _parse(body)
    return Envelope(members, _parameters_of(members, "the request"))


class RequestDecoder:
    """Decodes requests to one model version; made once from its signature."""

    def __init__(self, signature: Signature) -> None:
        self._inputs = {spec.name: TensorDecoder(spec) for spec in signature.inputs}
        self._outputs = {spec.name: BY_NAME[spec.datatype] for spec in signature.outputs}

    def decode(self, envelope: Envelope, *, fallback_id: str) -> InferenceRequest:
        """The request; `fallback_id` becomes its id if it has none.

        Raises MalformedBody, InvalidTensor, InvalidRequest, Unsupported.
        """
        members = envelope.members
        return InferenceRequest(
            id=_id_of(members, fallback_id),
            inputs=self._decode_inputs(_named(members.get("inputs"), "inputs")),
            requested_outputs=self._output_names(_named(members.get("outputs") or [], "outputs")),
            parameters=envelope.parameters,
        )

    def _decode_inputs(self, tensors: Mapping[str, Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
        if tensors.keys() != self._inputs.keys():
            raise InvalidRequest(_difference(tensors.keys(), self._inputs.keys()))
        return {name: self._inputs[name].decode(tensor) for name, tensor in tensors.items()}

    def _output_names(self, requested: Mapping[str, Any]) -> tuple[str, ...]:
        unknown = requested.keys() - self._outputs.keys()
        if unknown:
            known = shown_names(self._outputs)
            raise InvalidRequest(f"unknown outputs requested: {shown_names(unknown)}; the model has {known}")
        for name in requested or self._outputs:
            if self._outputs[name].json_form is JsonForm.NONE:
                raise InvalidRequest(
                    f"output {name!r} is {self._outputs[name].name}, which has no JSON form; request other outputs"
                )
        return tuple(requested)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the body is not valid JSON: {error}") from error
    if type(envelope) is not dict:
        raise MalformedBody("the body must be a JSON object with the member 'inputs'")
    return envelope


def _id_of(envelope: Mapping[str, Any], fallback_id: str) -> str:
    request_id = envelope.get("id")
    if request_id is None:
        return fallback_id
    if type(request_id) is not str or len(request_id) > _ID_LIMIT_CHARACTERS:
        raise MalformedBody(f"id is {shown(request_id)}, must be a string of at most {_ID_LIMIT_CHARACTERS} characters")
    return request_id


def _named(tensors: Any, member: str) -> dict[str, Mapping[str, Any]]:
    if type(tensors) is not list:
        raise MalformedBody(f"{member} is missing or not an array")
    by_name: dict[str, Mapping[str, Any]] = {}
    for tensor in tensors:
        if type(tensor) is not dict or type(tensor.get("name")) is not str:
            raise MalformedBody(f"every item of {member} must be an object with a string 'name'")
        if tensor["name"] in by_name:
            raise InvalidRequest(f"{member} name {shown(tensor['name'])} more than once")
        if "parameters" in tensor:
            _parameters_of(tensor, f"{member} {shown(tensor['name'])}")
        by_name[tensor["name"]] = tensor
    return by_name


def _parameters_of(holder: Mapping[str, Any], where: str) -> Mapping[str, ParameterValue]:
    parameters = holder.get("parameters")
    if parameters is None:
        return {}
    if type(parameters) is not dict:
        raise MalformedBody(f"parameters of {where} must be an object")
    for name, value in parameters.items():
        if type(value) not in (str, int, float, bool):
            raise MalformedBody(f"parameter {shown(name)} of {where} must be a string, number or boolean")
    if _BINARY_INPUT in parameters:
        raise binary_not_offered()
    return parameters


def binary_not_offered() -> Unsupported:
    """The answer to the binary tensor extension, which `GET /v2` does not list."""
    return Unsupported("binary tensor data is not offered; send inputs as JSON data and ask for outputs as JSON")


def _difference(found: Iterable[str], wanted: Iterable[str]) -> str:
    missing, unexpected = set(wanted) - set(found), set(found) - set(wanted)
    problems = [f"missing inputs: {shown_names(missing)}"] if missing else []
    problems += [f"unexpected inputs: {shown_names(unexpected)}"] if unexpected else []
    return "; ".join([*problems, f"the model takes {shown_names(wanted)}"])
