"""What one invocation of Lambda may carry each way, measured as Lambda measures it."""

import json

PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024
"""6 MB of JSON: of the event for a request, of the answer's document for a response."""

_ENVELOPE_BYTES = 1024
_WORST_EXPANSION = 6


def payload_bytes(body: bytes, *, is_binary: bool = False) -> int:
    """Bytes of the answer that carries this body: text grows by every quote and every non-ASCII character.

    What is binary grows by a third, as base64. The length alone settles it for all but large bodies, and is then
    returned as it is.
    """
    if is_binary:
        return (len(body) + 2) // 3 * 4 + _ENVELOPE_BYTES
    if len(body) * _WORST_EXPANSION + _ENVELOPE_BYTES <= PAYLOAD_LIMIT_BYTES:
        return len(body)
    return len(json.dumps(body.decode())) + _ENVELOPE_BYTES
