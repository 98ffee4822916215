"""How a prediction is asked for and answered: what each protocol does with the same use case."""

from typing import TYPE_CHECKING, Protocol

from sluice.inference.request_decoder import Envelope, read_envelope
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.tensors import InferenceRequest, InferenceResponse

if TYPE_CHECKING:
    from sluice.inference.call import PredictionCall
    from sluice.inference.served_release import ServedVersion


class WireForm(Protocol):
    """One protocol. Forms have no state: what a model version needs prepared is in `ServedVersion`."""

    @property
    def name(self) -> str:
        """What records call it."""
        ...

    def read(self, call: "PredictionCall") -> Envelope:
        """What every version reads alike, with the request's parameters. Raises MalformedBody, Unsupported."""
        ...

    def decode(self, envelope: Envelope, version: "ServedVersion", *, fallback_id: str) -> InferenceRequest:
        """The request as this version takes it. Raises MalformedBody, InvalidTensor, InvalidRequest, Unsupported."""
        ...

    def encode(self, response: InferenceResponse, version: "ServedVersion") -> EncodedResponse:
        """The answer. Raises NonFiniteOutput."""
        ...


class OpenInference:
    """The Open Inference Protocol v2, with its binary tensor extension."""

    name = "v2"

    def read(self, call: "PredictionCall") -> Envelope:
        """As WireForm."""
        return read_envelope(call.body, call.json_bytes)

    def decode(self, envelope: Envelope, version: "ServedVersion", *, fallback_id: str) -> InferenceRequest:
        """As WireForm."""
        return version.decoder.decode(envelope, fallback_id=fallback_id)

    def encode(self, response: InferenceResponse, version: "ServedVersion") -> EncodedResponse:
        """As WireForm."""
        return version.encoder.encode(response)


OPEN_INFERENCE = OpenInference()
