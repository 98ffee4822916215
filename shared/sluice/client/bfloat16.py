"""BF16: the upper 16 bits of an FP32."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDING = np.uint32(0x7FFF)
_QUIET_NAN = np.uint16(0x7FC0)


def to_bits(array: NDArray[Any]) -> NDArray[np.uint16]:
    """FP32 to the nearest BF16, ties to even; a NaN stays one."""
    bits = np.ascontiguousarray(array, dtype="<f4").view("<u4")
    rounded = ((bits + _ROUNDING + ((bits >> 16) & 1)) >> 16).astype("<u2")
    return np.where(np.isnan(array), _QUIET_NAN, rounded).astype("<u2")


def from_bits(bits: NDArray[Any]) -> NDArray[np.float32]:
    """BF16 to FP32, exactly."""
    return (bits.astype("<u4") << 16).view("<f4")
