"""What a caller gives for one tensor, as an array of its datatype; what would change the meaning is refused."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.client.datatypes import BYTES, DTYPES
from sluice.client.errors import InvalidInput

_TAKES = {"b": "b", "i": "iu", "u": "iu", "f": "fiu"}


def typed_array(name: str, value: Any, datatype: str) -> NDArray[Any]:
    """`value` as an array of `datatype`; BYTES are `str` or `bytes` objects, BF16 is float32. Raises InvalidInput.

    Numbers may become narrower (float64 to FP32, int64 to INT8) as long as none leaves the range; fractions never
    become integers, and numbers never booleans or text.
    """
    wanted = DTYPES.get(datatype)
    if wanted is None:
        raise InvalidInput(f"input {name!r}: the model wants {datatype}, which is no datatype of the protocol")
    if datatype == BYTES:
        # NumPy's own text types would cut off trailing NULs, and decode bytes that lie beside text.
        return _texts(name, as_array(name, value, object))
    array = as_array(name, value)
    if array.dtype == object:
        array = as_array(name, array.tolist())
    if wanted.kind in "iu" and array.dtype.kind == "f":
        array = _whole(array, as_array(name, value, object))
    if array.size and _kind(array) not in _TAKES[wanted.kind]:
        raise InvalidInput(f"input {name!r}: found {_shown(array)}, the model wants {datatype}")
    return _narrowed(name, array, wanted, datatype)


def as_array(name: str, value: Any, dtype: Any = None) -> NDArray[Any]:
    """`value` as an array, of the dtype that it has by itself or of this one. Raises InvalidInput for ragged lists."""
    try:
        return np.asarray(value, dtype)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"input {name!r}: is no array: {error}") from error


def _narrowed(name: str, array: NDArray[Any], wanted: np.dtype[Any], datatype: str) -> NDArray[Any]:
    if array.dtype == wanted or not array.size:
        return array.astype(wanted, copy=False)
    if wanted.kind in "iu":
        limits = np.iinfo(wanted)
        if int(array.min()) < limits.min or int(array.max()) > limits.max:
            raise InvalidInput(f"input {name!r}: an element is outside {limits.min} to {limits.max} ({datatype})")
        return array.astype(wanted)
    with np.errstate(over="ignore"):
        found = array.astype(wanted)
    if not np.array_equal(np.isinf(found), _infinite(array)):
        raise InvalidInput(f"input {name!r}: an element is too large for {datatype}")
    return found


def _whole(array: NDArray[Any], elements: NDArray[Any]) -> NDArray[Any]:
    """Integers as they were given: NumPy reads a list with some of them above 2^63 as float64, and loses digits."""
    if not all(type(each) is int and 0 <= each < 2**64 for each in elements.ravel().tolist()):
        return array
    return elements.astype(np.uint64)


def _kind(array: NDArray[Any]) -> str:
    """NumPy's letter for the kind; the bfloat16 of ml_dtypes says that it is none."""
    return "f" if array.dtype.name == "bfloat16" else array.dtype.kind


def _infinite(array: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isinf(array) if _kind(array) == "f" else np.zeros(array.shape, np.bool_)


def _texts(name: str, array: NDArray[Any]) -> NDArray[Any]:
    objects = array.astype(object)
    for element in objects.ravel().tolist():
        if not isinstance(element, bytes) and not _is_text(element):
            raise InvalidInput(f"input {name!r}: found {element!r:.40}, BYTES takes text or bytes")
    return objects


def _is_text(element: Any) -> bool:
    """Whether UTF-8 can carry it: a lone surrogate is none."""
    return isinstance(element, str) and (element.isascii() or not any("\ud800" <= each <= "\udfff" for each in element))


def _shown(array: NDArray[Any]) -> str:
    if array.dtype.kind in "US":
        return "text"
    return "elements of different kinds" if array.dtype == object else str(array.dtype)
