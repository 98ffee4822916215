"""Store an answer that is too large to be sent, and tell the client where it is."""

from typing import Any

import orjson

from sluice.inference.binary_body import BINARY, JSON
from sluice.inference.large_bodies import LargeBodies
from sluice.inference.response_encoder import EncodedResponse

_OUTPUTS = b',"outputs":['


def spill_answer(encoded: EncodedResponse, *, name: str, bodies: LargeBodies) -> bytes:
    """The body to send instead: the same answer without outputs, with the place of the whole among its parameters.

    Raises StoreUnavailable.
    """
    media_type = JSON if encoded.json_bytes is None else BINARY
    place = bodies.keep_answer(name, encoded.body, media_type=media_type)
    answer = _without_outputs(encoded)
    answer["parameters"] |= {
        "sluice_download": place.url,
        "sluice_download_bytes": len(encoded.body),
        **({} if encoded.json_bytes is None else {"sluice_download_json_bytes": encoded.json_bytes}),
        "sluice_download_media_type": media_type,
        "sluice_download_expires_at": place.expires_at.isoformat(),
    }
    return orjson.dumps(answer)


def _without_outputs(encoded: EncodedResponse) -> dict[str, Any]:
    """What stands before the outputs; the outputs, megabytes of text, are not parsed.

    A quote within a JSON string has a backslash before it, so these characters are the member itself.
    """
    head = encoded.body[: encoded.body.index(_OUTPUTS)]
    return {**orjson.loads(head + b"}"), "outputs": []}
