"""The body of the binary tensor extension: a JSON object, then raw tensors in the order of the inputs."""

from typing import Any

from sluice.errors import InvalidTensor, MalformedBody
from sluice.inference.shown import shown

LENGTH_HEADER = "Inference-Header-Content-Length"
JSON = "application/json"
BINARY = "application/octet-stream"
"""The media type of JSON and what follows it."""
_LONGEST_LENGTH_DIGITS = 10


def split_body(body: bytes | memoryview, json_bytes: str) -> tuple[memoryview, memoryview]:
    """The JSON, and what follows it; `json_bytes` is the header's value. Nothing is copied. Raises MalformedBody."""
    text = json_bytes.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_LENGTH_DIGITS):
        raise MalformedBody(f"header {LENGTH_HEADER} is {shown(json_bytes)}, must be the length of the JSON in bytes")
    length = int(text)
    if length > len(body):
        raise MalformedBody(f"header {LENGTH_HEADER} says {length} bytes of JSON, the body has {len(body)} bytes")
    view = memoryview(body)
    return view[:length], view[length:]


class RawTensors:
    """What follows the JSON, given out piece by piece. `raw` is None for a request without the extension's header."""

    __slots__ = ("_raw", "_taken_bytes")

    def __init__(self, raw: memoryview | None) -> None:
        self._raw = raw
        self._taken_bytes = 0

    def take(self, tensor: str, size_bytes: Any) -> memoryview:
        """The next piece, a view into the body. Raises InvalidTensor."""
        if self._raw is None:
            raise InvalidTensor(tensor, f"binary_data_size needs the header {LENGTH_HEADER}")
        if type(size_bytes) is not int or size_bytes < 0:
            raise InvalidTensor(tensor, f"binary_data_size is {shown(size_bytes)}, must be an integer from 0 on")
        start, end = self._taken_bytes, self._taken_bytes + size_bytes
        if end > len(self._raw):
            left_bytes = len(self._raw) - start
            raise InvalidTensor(tensor, f"binary_data_size is {size_bytes}, {left_bytes} bytes of the body are left")
        self._taken_bytes = end
        return self._raw[start:end]

    def check_end(self) -> None:
        """Raises MalformedBody if something is left that belongs to no tensor."""
        if self._raw is not None and self._taken_bytes != len(self._raw):
            rule = "binary_data_size of all inputs must sum up to what follows the JSON"
            raise MalformedBody(f"{len(self._raw) - self._taken_bytes} bytes after the last tensor; {rule}")


NO_RAW_TENSORS = RawTensors(None)
