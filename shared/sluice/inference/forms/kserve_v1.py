"""KServe's first protocol, which is TensorFlow Serving's: rows in `instances`, or whole inputs in `inputs`."""

from typing import TYPE_CHECKING

from sluice.inference.forms.asked import decoded, envelope_of_tensors, the_one_of
from sluice.inference.forms.predictions import OUTPUTS, PREDICTIONS, as_json
from sluice.inference.forms.row_tensors import tensors_of_columns, tensors_of_instances
from sluice.inference.request_decoder import Envelope, read_envelope
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import InferenceRequest, InferenceResponse

if TYPE_CHECKING:
    from sluice.inference.call import PredictionCall

_INSTANCES, _INPUTS = "instances", "inputs"


class KServeV1:
    """A WireForm. The member `parameters` is ours, and holds what it holds in the Open Inference Protocol."""

    name = "v1"

    def read(self, call: "PredictionCall") -> Envelope:
        """As WireForm."""
        envelope = read_envelope(call.body)
        the_one_of((_INSTANCES, _INPUTS), envelope.members)
        return envelope

    def decode(self, envelope: Envelope, version: ServedVersion, *, fallback_id: str) -> InferenceRequest:
        """As WireForm."""
        signature, members = version.released.signature, envelope.members
        if _INSTANCES in members:
            tensors, layout = tensors_of_instances(members[_INSTANCES], signature), PREDICTIONS
        else:
            tensors, layout = tensors_of_columns(members[_INPUTS], signature), OUTPUTS
        return decoded(envelope_of_tensors(tensors), envelope, version, fallback_id=fallback_id, layout=layout)

    def encode(self, response: InferenceResponse, version: ServedVersion) -> EncodedResponse:
        """As WireForm: rows in `predictions` for rows, whole outputs in `outputs` for whole inputs."""
        return as_json(response, version, member=response.layout)


KSERVE_V1 = KServeV1()
