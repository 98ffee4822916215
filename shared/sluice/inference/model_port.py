"""The port behind which a model runs: in this process on ONNX Runtime, or far away on a GPU."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from sluice.catalog.release import ReleasedVersion


class LoadedModel(Protocol):
    """A model version that is ready to predict."""

    def predict(self, inputs: Mapping[str, NDArray[Any]], output_names: Sequence[str]) -> list[NDArray[Any]]:
        """The named outputs, in that order. Raises RuntimeError, from whatever the runtime raises."""
        ...


class ModelLoader(Protocol):
    """Turns a released version into a model that is ready to predict."""

    def load(self, model: str, version: ReleasedVersion) -> LoadedModel:
        """Fetch the artefact, check its digest, create the session. Raises ModelNotReady."""
        ...
