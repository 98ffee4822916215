"""What every model behind the port does, in memory and on ONNX Runtime."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_models import MemoryModelLoader
from sluice.adapters.onnx_model import OnnxModelLoader
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature
from sluice.errors import ModelNotReady
from sluice.inference.model_port import ModelLoader
from tests.onnx_graphs import classifier

ROW = np.zeros((1, 3), np.float32)


def a_version(digest: str) -> ReleasedVersion:
    return ReleasedVersion(2, Artefact((ArtefactFile("model.onnx", digest, 1),)), Signature((), ()))


def in_memory(tmp_path: Path) -> tuple[ModelLoader, str]:
    def classify(inputs: Any) -> Any:
        return {"label": np.array(["malignant"], object), "probabilities": np.full((len(inputs["x"]), 2), 0.5)}

    return MemoryModelLoader({"known": classify}), "known"


def on_onnx_runtime(tmp_path: Path) -> tuple[ModelLoader, str]:
    store = MemoryContentStore()
    digest = store.put("artefacts", classifier())
    return OnnxModelLoader(ArtefactFolder(store, tmp_path), intra_op_threads=1), digest


@pytest.fixture(params=[in_memory, on_onnx_runtime], ids=lambda it: it.__name__)
def loader(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ModelLoader, str]:
    make: Callable[[Path], tuple[ModelLoader, str]] = request.param
    return make(tmp_path)


def test_outputs_come_in_the_order_in_which_they_are_named(loader: tuple[ModelLoader, str]) -> None:
    model = loader[0].load("risk", a_version(loader[1]))

    probabilities, label = model.predict({"x": ROW}, ["probabilities", "label"])

    assert probabilities.shape == (1, 2)
    assert label.shape == (1,)


def test_an_unknown_artefact_is_not_ready(loader: tuple[ModelLoader, str]) -> None:
    with pytest.raises(ModelNotReady, match="model 'risk' version 2 is not ready"):
        loader[0].load("risk", a_version("0" * 64))
