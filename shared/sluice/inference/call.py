"""What reaches us of one request for a prediction, before anything is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluice.inference.own_call import OwnCall


@dataclass(frozen=True, slots=True)
class PredictionCall:
    """A request as it came: `model` and `model_version` are the URL's, `body` is what the client sent.

    `json_bytes` is the header of the binary tensor extension, None where it is absent. `claims` are a verified token's.
    `own` is None for a client's request.
    """

    model: str
    model_version: str | None
    body: bytes
    media_type: str = ""
    json_bytes: str | None = None
    function_version: str = "$LATEST"
    request_id: str = ""
    gateway_request_id: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    own: OwnCall | None = None
