"""Requests and responses of the Open Inference Protocol v2, free of any wire format."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from numpy.typing import NDArray

ParameterValue = str | int | float | bool

NO_NAMES: frozenset[str] = frozenset()
_NO_PARAMETERS: Mapping[str, ParameterValue] = MappingProxyType({})


class InferenceRequest(NamedTuple):
    """A decoded request: one array per input of the signature, each of the signature's dtype, BF16 as its bits.

    `requested_outputs` is empty when the client wants all of them; it wants those of `binary_outputs` as raw bytes.
    `layout` is what the form that read it has to know of it for the answer.
    """

    id: str
    inputs: Mapping[str, NDArray[Any]]
    requested_outputs: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterValue] = _NO_PARAMETERS
    binary_outputs: frozenset[str] = NO_NAMES
    layout: str = ""

    @property
    def batch_size(self) -> int:
        """The first input's leading dimension, whether or not the model takes it for a batch; 1 without any."""
        for array in self.inputs.values():
            return int(array.shape[0]) if array.ndim else 1
        return 1


class InferenceResponse(NamedTuple):
    """A model's answer: arrays by output name, in the order in which they are to be sent.

    Those of `binary_outputs` are sent as raw bytes, the others as JSON. `layout` is the request's.
    """

    id: str
    model: str
    model_version: int
    outputs: Mapping[str, NDArray[Any]]
    parameters: Mapping[str, ParameterValue]
    binary_outputs: frozenset[str] = NO_NAMES
    layout: str = ""
