"""Elements of BYTES that JSON carries as base64, in a tensor with the parameter content_type "base64" (MLServer's)."""

from base64 import b64decode
from binascii import Error
from typing import Any

from sluice.errors import InvalidTensor
from sluice.inference.binary_elements import text_of
from sluice.inference.shown import shown


def texts_of(tensor: str, elements: list[Any]) -> list[Any]:
    """The elements decoded; what is no string stays as it is. Raises InvalidTensor."""
    return [_decoded(tensor, index, each) if type(each) is str else each for index, each in enumerate(elements)]


def _decoded(tensor: str, index: int, element: str) -> str:
    try:
        content = b64decode(element, validate=True)
    except (Error, ValueError):
        raise InvalidTensor(tensor, f"element {index} ({shown(element)}) is not base64, its content_type") from None
    return text_of(tensor, index, content)
