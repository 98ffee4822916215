"""POST …/invocations: what MLflow's scoring server and SageMaker's containers take there, told apart by the body.

| Content-Type | body |
|---|---|
| application/json, or none | one of MLflow's four forms (`mlflow.py`); `inputs` as tensors is the protocol v2 |
| text/csv | rows; the parameter `header` says present or absent (`csv_text.py`) |
| application/x-npy | one array of NumPy's (`npy_array.py`) |
| application/octet-stream | the protocol v2 with the header Inference-Header-Content-Length |
| application/vnd.sagemaker-triton.binary+json | the same, its length in the parameter json-header-size |
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sluice.catalog.signature import Signature
from sluice.errors import InvalidRequest, MalformedBody, UnsupportedMediaType
from sluice.inference.binary_body import LENGTH_HEADER
from sluice.inference.forms.asked import decoded, envelope_of_tensors
from sluice.inference.forms.csv_text import CsvText, read_csv, tensors_of_csv
from sluice.inference.forms.media_types import CSV, JSON, NPY, OCTETS, MediaType, accepted, media_type_of
from sluice.inference.forms.mlflow import read_params, tensors_of
from sluice.inference.forms.npy_array import envelope_of_array, read_npy
from sluice.inference.forms.predictions import PREDICTIONS, as_csv, as_json
from sluice.inference.request_decoder import Envelope, read_envelope
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.served_release import ServedVersion
from sluice.inference.shown import shown
from sluice.inference.tensors import InferenceRequest, InferenceResponse

if TYPE_CHECKING:
    from sluice.inference.call import PredictionCall

TRITON_OCTETS = "application/vnd.sagemaker-triton.binary+json"
CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
INFERENCE_ID = "x-amzn-sagemaker-inference-id"
_JSON_BYTES = "json-header-size"
_INFERENCE_ID_LIMIT_CHARACTERS = 64
_GIVEN = (JSON, CSV)
_TOLD = ("prediction_id", "model_version", "release", "reason")
_CSV_MEMBER, _NPY_MEMBER = "csv", "npy"


@dataclass(frozen=True, slots=True)
class Invocations:
    """A WireForm, for one request: its headers Content-Type, Accept and X-Amzn-SageMaker-Inference-Id.

    What is not the protocol v2 is answered as JSON or CSV, and says in SageMaker's custom attributes who answered.
    """

    content_type: str = ""
    accept: str = ""
    inference_id: str = ""

    name: ClassVar[str] = "invocations"

    def read(self, call: "PredictionCall") -> Envelope:
        """As WireForm. Raises UnsupportedMediaType and NotAcceptable too."""
        if len(self.inference_id) > _INFERENCE_ID_LIMIT_CHARACTERS:
            rule = f"must have at most {_INFERENCE_ID_LIMIT_CHARACTERS} characters"
            raise InvalidRequest(f"header {INFERENCE_ID} is {shown(self.inference_id)}, {rule}")
        envelope = _read(call, media_type_of(self.content_type))
        if not _is_v2(envelope):
            accepted(self.accept, _GIVEN)
        return envelope

    def decode(self, envelope: Envelope, version: ServedVersion, *, fallback_id: str) -> InferenceRequest:
        """As WireForm."""
        fallback_id = self.inference_id or fallback_id
        if _is_v2(envelope):
            return version.decoder.decode(envelope, fallback_id=fallback_id)
        in_v2 = _in_v2(envelope, version.released.signature)
        return decoded(in_v2, envelope, version, fallback_id=fallback_id, layout=PREDICTIONS)

    def encode(self, response: InferenceResponse, version: ServedVersion) -> EncodedResponse:
        """As WireForm. Raises NotAcceptable too."""
        if response.layout != PREDICTIONS:
            return self._as_triton_would(version.encoder.encode(response))
        told = ";".join(f"{name}={response.parameters[name]}" for name in _TOLD if name in response.parameters)
        headers = {CUSTOM_ATTRIBUTES: told, INFERENCE_ID: response.id}
        if accepted(self.accept, _GIVEN) == CSV:
            return as_csv(response, version, headers=headers)
        return as_json(response, version, member=PREDICTIONS, headers=headers)

    def _as_triton_would(self, encoded: EncodedResponse) -> EncodedResponse:
        """SageMaker hands on no header but Content-Type, so where raw tensors begin must be said there."""
        if encoded.json_bytes is None or media_type_of(self.content_type).name != TRITON_OCTETS:
            return encoded
        media_type = f"{TRITON_OCTETS};{_JSON_BYTES}={encoded.json_bytes}"
        return encoded._replace(media_type=media_type, headers={})


def _read(call: "PredictionCall", media: MediaType) -> Envelope:
    if media.name == CSV:
        return Envelope({_CSV_MEMBER: read_csv(call.body, media.parameters.get("header"))}, {})
    if media.name == NPY:
        return Envelope({_NPY_MEMBER: read_npy(bytes(call.body))}, {})
    if media.name == TRITON_OCTETS:
        return _read_raw(call, media.parameters.get(_JSON_BYTES), f"the parameter {_JSON_BYTES}")
    if media.name == OCTETS or call.json_bytes is not None:
        return _read_raw(call, call.json_bytes, f"the header {LENGTH_HEADER}")
    if media.name not in ("", JSON):
        rule = f"must be {JSON}, {CSV}, {NPY}, {OCTETS} or {TRITON_OCTETS}"
        raise UnsupportedMediaType(f"Content-Type is {shown(media.name)}, {rule}")
    envelope = read_envelope(call.body)
    return envelope if _is_v2(envelope) else Envelope(envelope.members, read_params(envelope.members))


def _read_raw(call: "PredictionCall", json_bytes: str | None, where: str) -> Envelope:
    if json_bytes is None:
        raise MalformedBody(f"{where} is missing, must be the length of the JSON in bytes")
    return read_envelope(call.body, json_bytes)


def _in_v2(envelope: Envelope, signature: Signature) -> Envelope:
    """What `_read` read of any other form, written in the protocol v2."""
    array, text = envelope.members.get(_NPY_MEMBER), envelope.members.get(_CSV_MEMBER)
    if isinstance(array, np.ndarray):
        return envelope_of_array(array, signature)
    if isinstance(text, CsvText):
        return envelope_of_tensors(tensors_of_csv(text, signature))
    return envelope_of_tensors(tensors_of(envelope.members, signature))


def _is_v2(envelope: Envelope) -> bool:
    """Whether `inputs` is a list of named tensors, or raw tensors follow."""
    return envelope.raw is not None or _are_tensors(envelope.members.get("inputs"))


def _are_tensors(inputs: Any) -> bool:
    return type(inputs) is list and bool(inputs) and all(type(it) is dict and "datatype" in it for it in inputs)
