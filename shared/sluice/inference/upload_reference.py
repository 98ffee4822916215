"""A request that names an upload in the place of inputs, and the form in which such a request is answered.

The parameter `sluice_upload` names it. What the request says beside that wins over what the uploaded body says: its
parameters one by one, `id` and `outputs` as they are.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sluice.errors import InvalidRequest
from sluice.inference.binary_alone import NOTHING_SAID
from sluice.inference.request_decoder import Envelope
from sluice.inference.shown import shown
from sluice.inference.wire_form import OpenInference

if TYPE_CHECKING:
    from sluice.inference.call import PredictionCall
    from sluice.inference.served_release import ServedVersion
    from sluice.inference.tensors import InferenceRequest

UPLOAD = "sluice_upload"
_JSON_BYTES = "sluice_upload_json_bytes"


class UploadReference(NamedTuple):
    """`json_bytes` is the header of the binary extension for the upload; `body` is the whole of the request."""

    upload: str
    json_bytes: str | None
    members: Mapping[str, Any]
    parameters: Mapping[str, Any]
    body: bytes


def reference_in(call: "PredictionCall", envelope: Envelope) -> UploadReference:
    """What a request with the parameter `UPLOAD` refers to. Raises InvalidRequest."""
    if envelope.members.get("inputs") is not None:
        raise InvalidRequest(f"a request has inputs or the parameter {UPLOAD}, this one has both")
    parameters = dict(envelope.parameters)
    upload, json_bytes = parameters.pop(UPLOAD), parameters.pop(_JSON_BYTES, None)
    if type(upload) is not str:
        raise InvalidRequest(f"parameter {UPLOAD} is {shown(upload)}, must be the id of an upload")
    written = None if json_bytes is None else str(json_bytes)
    return UploadReference(upload, written, envelope.members, parameters, call.body)


class UploadedForm(OpenInference):
    """The protocol, for a body that was uploaded."""

    def __init__(self, reference: UploadReference) -> None:
        self._reference = reference

    def read(self, call: "PredictionCall") -> Envelope:
        """As WireForm; what the reference says wins."""
        envelope = super().read(call)
        parameters = {**envelope.parameters, **self._reference.parameters}
        if envelope.members is NOTHING_SAID:
            return envelope._replace(parameters=parameters)
        said = {name: value for name, value in self._reference.members.items() if value is not None}
        members = {**envelope.members, **said, "parameters": parameters}
        return envelope._replace(members=members, parameters=parameters)

    def decode(self, envelope: Envelope, version: "ServedVersion", *, fallback_id: str) -> "InferenceRequest":
        """As WireForm; an upload of bare bytes has no place for an id."""
        said = self._reference.members.get("id")
        return super().decode(envelope, version, fallback_id=said if type(said) is str else fallback_id)
