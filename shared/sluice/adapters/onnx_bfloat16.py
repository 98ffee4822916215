"""BF16 on ONNX Runtime: numpy has no such type, so its bits come and go as UINT16.

The runtime takes no strings this way: a model with inputs of BF16 and of strings cannot be asked.
"""

from collections.abc import Mapping, Sequence
from ctypes import string_at
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.adapters.quiet_onnxruntime import onnxruntime
from sluice.inference.binary_elements import BF16_BITS
from sluice.inference.datatypes import BY_NAME

_BF16 = BY_NAME["BF16"]


def has_bfloat16(session: onnxruntime.InferenceSession) -> bool:
    """Whether an input or output of the model is BF16, so that `InferenceSession.run` is no way to ask it."""
    return any(it.type == _BF16.runtime_name for it in (*session.get_inputs(), *session.get_outputs()))


def run_with_bfloat16(
    session: onnxruntime.InferenceSession, output_names: Sequence[str], inputs: Mapping[str, NDArray[Any]]
) -> list[NDArray[Any]]:
    """As `InferenceSession.run`, BF16 as its bits in UINT16. Raises what the runtime raises."""
    types = {it.name: it.type for it in session.get_inputs()}
    values = {name: _to_runtime(array, types.get(name)) for name, array in inputs.items()}
    return [_from_runtime(value) for value in session.run_with_ort_values(output_names, values)]


def _to_runtime(array: NDArray[Any], runtime_type: str | None) -> onnxruntime.OrtValue:
    if runtime_type == _BF16.runtime_name:
        return onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(array, _BF16.onnx_number)
    return onnxruntime.OrtValue.ortvalue_from_numpy(array)


def _from_runtime(value: onnxruntime.OrtValue) -> NDArray[Any]:
    if value.data_type() != _BF16.runtime_name:
        array: NDArray[Any] = value.numpy()
        return array
    # The runtime's own way to numpy refuses the type; its memory is copied before the value goes.
    bits = string_at(value.data_ptr(), value.tensor_size_in_bytes())
    return np.ndarray(tuple(value.shape()), BF16_BITS, bits)
