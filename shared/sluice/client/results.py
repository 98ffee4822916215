"""What a model answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

ParameterValue = str | int | float | bool


@dataclass(frozen=True, slots=True, eq=False)
class InferenceResult:
    """One answer.

    `outputs` are arrays by name, read-only where they are views of the answer's bytes; BF16 comes as float32, BYTES
    as `bytes` objects however they travelled. `reason` says why this model version answered, where the server does.
    """

    outputs: Mapping[str, NDArray[Any]]
    model_name: str
    model_version: str | None = None
    id: str = ""
    parameters: Mapping[str, ParameterValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reason(self) -> str | None:
        """Why this version answered: RELEASE_DEFAULT, BUCKETED, FALLBACK …; None from servers that give no reason."""
        found = self.parameters.get("reason")
        return None if found is None else str(found)

    def texts(self, output: str) -> NDArray[Any]:
        """A BYTES output as `str` objects. Raises KeyError, and UnicodeDecodeError for what is no UTF-8."""
        array = self.outputs[output]
        decoded = np.empty(array.size, object)
        decoded[:] = [each.decode() for each in array.ravel().tolist()]
        return decoded.reshape(array.shape)
