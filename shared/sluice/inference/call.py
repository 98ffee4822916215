"""What reaches us of one request for a prediction, before anything is checked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sluice.inference.own_call import OwnCall
from sluice.inference.upload_reference import UploadReference
from sluice.inference.wire_form import OPEN_INFERENCE, WireForm

_NO_CLAIMS: Mapping[str, Any] = MappingProxyType({})


class PredictionCall(NamedTuple):
    """A request as it came: `model` and `model_version` are the URL's, `body` is what the client sent, decompressed.

    `json_bytes` is the header of the binary tensor extension, None where it is absent. `claims` are a verified token's.
    `own` is None for a client's request. `form` is the protocol in which it asks and is to be answered.
    `cache_control` is the header of that name. `reference` is what the client sent where `body` was uploaded.
    """

    model: str
    model_version: str | None
    body: bytes
    media_type: str = ""
    json_bytes: str | None = None
    cache_control: str = ""
    function_version: str = "$LATEST"
    request_id: str = ""
    gateway_request_id: str = ""
    claims: Mapping[str, Any] = _NO_CLAIMS
    own: OwnCall | None = None
    form: WireForm = OPEN_INFERENCE
    reference: UploadReference | None = None
