"""Inference response to a body; every number reads back to the very bits that the model gave."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.catalog.signature import Signature
from sluice.errors import NonFiniteOutput
from sluice.inference.binary_data import raw_data
from sluice.inference.binary_record import recorded_member
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.tensors import InferenceResponse

# Where the raw tensors begin, readers find them aligned for any datatype: JSON may end in spaces.
_ALIGNMENT_BYTES = 8


class EncodedResponse:
    """The body to send, and within it the outputs, for the record.

    `json_bytes` is None for a body of JSON; else raw tensors follow a JSON object of that many bytes.
    """

    __slots__ = ("_outputs", "body", "json_bytes")
    # Of all answers of the protocol v2; other forms have answers of their own (`forms/answer.py`).
    media_type = "application/json"
    is_binary = False
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, body: bytes, outputs: bytes | Callable[[], bytes], json_bytes: int | None = None) -> None:
        self.body = body
        self.json_bytes = json_bytes
        self._outputs = outputs

    @property
    def outputs(self) -> bytes:
        """The JSON array of outputs; raw tensors are in it as base64, in `data_base64`."""
        if not isinstance(self._outputs, bytes):
            self._outputs = self._outputs()
        return self._outputs


class ResponseEncoder:
    """Encodes the responses of one model version; the constant parts are made once."""

    def __init__(self, model: str, model_version: int, signature: Signature) -> None:
        self._model = model
        self._model_version = model_version
        self._head = b'{"model_name":%b,"model_version":"%d","id":' % (orjson.dumps(model), model_version)
        self._output_heads = {
            spec.name: b'{"name":%b,"datatype":"%b","shape":' % (orjson.dumps(spec.name), spec.datatype.encode())
            for spec in signature.outputs
        }
        self._texts = {s.name for s in signature.outputs if BY_NAME[s.datatype].json_form is JsonForm.TEXT}

    def encode(self, response: InferenceResponse) -> EncodedResponse:
        """The body; outputs in the response's order, data flat and row-major. Raises NonFiniteOutput."""
        if response.binary_outputs:
            return self._encode_binary(response)
        outputs = self._encode_outputs(response.outputs)
        return EncodedResponse(self._document(response, outputs), outputs)

    def _encode_binary(self, response: InferenceResponse) -> EncodedResponse:
        raw, as_json = {}, {}
        for name, array in response.outputs.items():
            if name in response.binary_outputs:
                raw[name] = raw_data(array)
            else:
                as_json[name] = self._json_data(name, array)
        sizes = {name: b'"parameters":{"binary_data_size":%d}' % len(data) for name, data in raw.items()}
        document = self._document(response, self._array(response.outputs, as_json | sizes))
        document += b" " * (-len(document) % _ALIGNMENT_BYTES)
        return EncodedResponse(
            b"".join((document, *raw.values())), partial(self._recorded, response, as_json, raw), len(document)
        )

    def _recorded(
        self, response: InferenceResponse, as_json: Mapping[str, bytes], raw: Mapping[str, memoryview]
    ) -> bytes:
        in_base64 = {name: recorded_member(data) for name, data in raw.items()}
        return self._array(response.outputs, {**as_json, **in_base64})

    def _document(self, response: InferenceResponse, outputs: bytes) -> bytes:
        return b'%b%b,"parameters":%b,"outputs":%b}' % (
            self._head,
            orjson.dumps(response.id),
            orjson.dumps(response.parameters),
            outputs,
        )

    def _encode_outputs(self, outputs: Mapping[str, NDArray[Any]]) -> bytes:
        return self._array(outputs, {name: self._json_data(name, array) for name, array in outputs.items()})

    def _array(self, outputs: Mapping[str, NDArray[Any]], data: Mapping[str, bytes]) -> bytes:
        return b"[%b]" % b",".join(
            b"%b%b,%b}" % (self._output_heads[name], orjson.dumps(array.shape), data[name])
            for name, array in outputs.items()
        )

    def _json_data(self, name: str, array: NDArray[Any]) -> bytes:
        if name in self._texts:
            return b'"data":' + orjson.dumps(array.ravel().tolist())
        # A shortest FP32 decimal is exact only for readers that parse it as FP32; clients parse FP64 and round.
        widened = array.astype(np.float64) if array.dtype == np.float32 else array
        data = orjson.dumps(widened.ravel(), option=orjson.OPT_SERIALIZE_NUMPY)
        # Of all that a number is written with, only null has this letter.
        if b"n" in data:
            self._refuse_non_finite(name, array.ravel())
        return b'"data":' + data

    def _refuse_non_finite(self, name: str, elements: NDArray[Any]) -> None:
        culprit = int(np.flatnonzero(~np.isfinite(elements))[0])
        raise NonFiniteOutput(self._model, self._model_version, name, culprit, float(elements[culprit]))
