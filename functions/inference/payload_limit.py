"""What one invocation of Lambda may carry each way, measured as Lambda measures it."""

import json

PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024
"""6 MB of JSON: of the event for a request, of the answer's document for a response."""

_ENVELOPE_BYTES = 1024
_WORST_EXPANSION = 6
SURELY_FITS_BYTES = (PAYLOAD_LIMIT_BYTES - _ENVELOPE_BYTES) // _WORST_EXPANSION
"""Whatever is no longer can be carried, whatever it is made of."""


def payload_bytes(body: bytes, *, is_binary: bool = False) -> int:
    """Bytes of the answer that carries this body: text grows by every quote and every non-ASCII character.

    What is binary grows by a third, as base64.
    """
    if is_binary:
        return (len(body) + 2) // 3 * 4 + _ENVELOPE_BYTES
    return len(json.dumps(body.decode())) + _ENVELOPE_BYTES
