"""Models that are Python functions, behind the ports of real ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from sluice.catalog.release import ReleasedVersion
from sluice.errors import ModelNotReady

Inputs = Mapping[str, NDArray[Any]]
ModelFunction = Callable[[Inputs], Mapping[str, NDArray[Any]]]


class MemoryModel:
    """A function from inputs to all outputs."""

    def __init__(self, function: ModelFunction) -> None:
        self._function = function

    def predict(self, inputs: Inputs, output_names: Sequence[str]) -> list[NDArray[Any]]:
        """See the port."""
        outputs = self._function(inputs)
        return [outputs[name] for name in output_names]


class MemoryModelLoader:
    """Functions by artefact digest; `loads` lists the digests that were loaded, in order."""

    def __init__(self, functions: Mapping[str, ModelFunction]) -> None:
        self.functions = dict(functions)
        self.loads: list[str] = []

    def load(self, model: str, version: ReleasedVersion) -> MemoryModel:
        """See the port."""
        digest = version.artefact.digest
        self.loads.append(digest)
        if digest not in self.functions:
            raise ModelNotReady(model, version.number, "there is no function for its digest")
        return MemoryModel(self.functions[digest])
