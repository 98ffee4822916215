"""Requests and responses of the Open Inference Protocol v2, free of any wire format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

ParameterValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """A decoded request: one array per input of the signature, each of the signature's dtype.

    `requested_outputs` is empty when the client wants all of them.
    """

    id: str
    inputs: Mapping[str, NDArray[Any]]
    requested_outputs: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)

    @property
    def batch_size(self) -> int:
        """The first input's leading dimension, whether or not the model takes it for a batch; 1 without any."""
        for array in self.inputs.values():
            return int(array.shape[0]) if array.ndim else 1
        return 1


@dataclass(frozen=True, slots=True)
class InferenceResponse:
    """A model's answer: arrays by output name, in the order in which they are to be sent."""

    id: str
    model: str
    model_version: int
    outputs: Mapping[str, NDArray[Any]]
    parameters: Mapping[str, ParameterValue]
