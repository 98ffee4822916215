"""The element types of the Open Inference Protocol v2, as NumPy has them."""

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.client.errors import InvalidInput

BYTES = "BYTES"
BF16 = "BF16"

# Tensors travel little-endian. BF16 has no NumPy type: in memory it is FP32, on the wire the upper half of it.
DTYPES = MappingProxyType(
    {
        "BOOL": np.dtype(np.bool_),
        "UINT8": np.dtype("<u1"),
        "UINT16": np.dtype("<u2"),
        "UINT32": np.dtype("<u4"),
        "UINT64": np.dtype("<u8"),
        "INT8": np.dtype("<i1"),
        "INT16": np.dtype("<i2"),
        "INT32": np.dtype("<i4"),
        "INT64": np.dtype("<i8"),
        "FP16": np.dtype("<f2"),
        BF16: np.dtype("<f4"),
        "FP32": np.dtype("<f4"),
        "FP64": np.dtype("<f8"),
        BYTES: np.dtype(object),
    }
)
BINARY_ONLY = frozenset({"FP16", BF16})
"""What has no JSON form."""

_NAMES = {dtype: name for name, dtype in DTYPES.items() if name not in (BF16, BYTES)}


def datatype_of(name: str, array: NDArray[Any]) -> str:
    """The datatype that an array has by itself, for servers that do not say what they take. Raises InvalidInput."""
    if array.dtype.kind in "OSU":
        return BYTES
    if array.dtype.name == "bfloat16":
        return BF16
    found = _NAMES.get(array.dtype.newbyteorder("<"))
    if found is None:
        raise InvalidInput(f"input {name!r}: {array.dtype} has no datatype in the protocol")
    return found
