"""A request's body to an inference request: the envelope of the Open Inference Protocol v2.

Members and parameters that are not known here are ignored (the record keeps the whole body);
an optional member that is null counts as absent.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import Signature
from sluice.errors import InvalidRequest, MalformedBody, Unsupported
from sluice.inference.binary_alone import NOTHING_SAID, alone
from sluice.inference.binary_body import NO_RAW_TENSORS, RawTensors, split_body
from sluice.inference.named_tensors import by_name, parameters_of
from sluice.inference.requested_outputs import RequestedOutputs
from sluice.inference.shown import shown, shown_names
from sluice.inference.tensor_decoder import TensorDecoder
from sluice.inference.tensors import InferenceRequest, ParameterValue

_ID_LIMIT_CHARACTERS = 1024
# By these a client says that the server keeps something from one request to the next: an answer would mislead it.
_OF_SEQUENCES = frozenset({"sequence_id", "sequence_start", "sequence_end"})
_WANTS_RAW_BYTES: Mapping[str, ParameterValue] = MappingProxyType({"binary_data_output": True})


class Envelope(NamedTuple):
    """A body's JSON, and its parameters; which model version decodes the rest may depend on them.

    `raw` is what follows the JSON, a view into the body; None without the header of the binary tensor extension.
    """

    members: Mapping[str, Any]
    parameters: Mapping[str, ParameterValue]
    raw: memoryview | None = None


def read_envelope(body: bytes | memoryview, json_bytes: str | None = None) -> Envelope:
    """What every version reads alike; `json_bytes` is the value of the header Inference-Header-Content-Length.

    Raises MalformedBody, Unsupported.
    """
    raw = None
    if json_bytes is not None:
        body, raw = split_body(body, json_bytes)
        if not body:
            return Envelope(NOTHING_SAID, _WANTS_RAW_BYTES, raw)
    members = object_in(body)
    parameters = parameters_of(members)
    if not _OF_SEQUENCES.isdisjoint(parameters):
        _refuse_sequences(parameters)
    return Envelope(members, parameters, raw)


def object_in(body: bytes | memoryview, wanted: str = "a JSON object") -> dict[str, Any]:
    """The body's JSON, which must be an object. Raises MalformedBody, which says what is `wanted`."""
    try:
        members = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the body is not valid JSON: {error}") from error
    if type(members) is not dict:
        raise MalformedBody(f"the body must be {wanted}")
    return members


class RequestDecoder:
    """Decodes requests to one model version; made once from its signature."""

    def __init__(self, signature: Signature) -> None:
        self._specs = signature.inputs
        self._inputs = {spec.name: TensorDecoder(spec) for spec in signature.inputs}
        self._outputs = RequestedOutputs(signature.outputs)

    def decode(self, envelope: Envelope, *, fallback_id: str) -> InferenceRequest:
        """The request; `fallback_id` becomes its id if it has none.

        Raises MalformedBody, InvalidTensor, InvalidRequest.
        """
        members, parameters, raw = envelope
        if members is NOTHING_SAID and raw is not None:
            members, raw = alone(self._specs, raw)
        request_id = members.get("id")
        inputs = self._decode_inputs(members.get("inputs"), raw)
        wanted = self._outputs.read(members.get("outputs"), parameters)
        return InferenceRequest(
            fallback_id if request_id is None else _checked_id(request_id),
            inputs,
            wanted.names,
            parameters,
            wanted.binary,
        )

    def _decode_inputs(self, tensors: Any, raw: memoryview | None) -> dict[str, NDArray[Any]]:
        decoders, named = self._inputs, by_name(tensors, "inputs")
        if named.keys() != decoders.keys():
            raise InvalidRequest(_difference(named.keys(), decoders.keys()))
        pieces = NO_RAW_TENSORS if raw is None else RawTensors(raw)
        arrays = {}
        for name, tensor in named.items():
            arrays[name] = decoders[name].decode(tensor, pieces)
        if raw is not None:
            pieces.check_end()
        return arrays


def _checked_id(request_id: Any) -> str:
    if type(request_id) is not str or len(request_id) > _ID_LIMIT_CHARACTERS:
        raise MalformedBody(f"id is {shown(request_id)}, must be a string of at most {_ID_LIMIT_CHARACTERS} characters")
    return request_id


def _refuse_sequences(parameters: Mapping[str, ParameterValue]) -> None:
    for name in sorted(_OF_SEQUENCES):
        if parameters.get(name):
            found = f"parameter {name!r} is {shown(parameters[name])}"
            raise Unsupported(f"{found}; sequences are not offered, every request stands alone")


def _difference(found: Iterable[str], wanted: Iterable[str]) -> str:
    missing, unexpected = set(wanted) - set(found), set(found) - set(wanted)
    problems = [f"missing inputs: {shown_names(missing)}"] if missing else []
    problems += [f"unexpected inputs: {shown_names(unexpected)}"] if unexpected else []
    return "; ".join([*problems, f"the model takes {shown_names(wanted)}"])
