"""Models on ONNX Runtime: from artefacts in the content store to the runtime's own bits."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.onnx_model import OnnxModelLoader
from sluice.catalog.model_version import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import ModelNotReady
from tests.onnx_graphs import affine, failing, write_external

AFFINE = Signature((TensorSpec("x", "FP32", (-1, 3)),), (TensorSpec("scores", "FP32", (-1, 2)),))
ROWS = np.array([[0.1, -2.5, 3e30], [7, 8, 9]], np.float32)


class CountingStore(MemoryContentStore):
    """Counts what is fetched."""

    fetched = 0

    def get(self, kind: str, digest: str) -> bytes:
        self.fetched += 1
        return super().get(kind, digest)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def a_version(store: MemoryContentStore, **files: bytes) -> ReleasedVersion:
    """A version whose artefact has these files; `_` in a name stands for the dot."""
    stored = [
        ArtefactFile(name.replace("_", "."), store.put("artefacts", content), len(content))
        for name, content in files.items()
    ]
    return ReleasedVersion(4, Artefact(tuple(stored)), AFFINE)


def loader(store: MemoryContentStore, root: Path) -> OnnxModelLoader:
    return OnnxModelLoader(ArtefactFolder(store, root), intra_op_threads=1)


def test_a_model_gives_the_bits_of_onnx_runtime(store: CountingStore, tmp_path: Path) -> None:
    model = loader(store, tmp_path).load("churn", a_version(store, model_onnx=affine()))

    [scores] = model.predict({"x": ROWS}, ["scores"])

    [expected] = onnxruntime.InferenceSession(affine(), providers=["CPUExecutionProvider"]).run(None, {"x": ROWS})
    assert scores.tobytes() == expected.tobytes()


def test_external_data_is_laid_beside_the_model(store: CountingStore, tmp_path: Path) -> None:
    source = write_external(tmp_path)
    weights = (tmp_path / "weights.bin").read_bytes()
    version = a_version(store, model_onnx=source.read_bytes(), weights_bin=weights)

    model = loader(store, tmp_path / "served").load("churn", version)

    [expected] = onnxruntime.InferenceSession(affine(), providers=["CPUExecutionProvider"]).run(None, {"x": ROWS})
    assert model.predict({"x": ROWS}, ["scores"])[0].tobytes() == expected.tobytes()


def test_an_artefact_is_fetched_once_and_found_on_disk_afterwards(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    for _ in range(3):
        loader(store, tmp_path).load("churn", version)

    assert store.fetched == 1


def test_a_file_that_was_changed_on_disk_is_fetched_anew(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    onnx_file = ArtefactFolder(store, tmp_path).fetch(version.artefact)
    onnx_file.write_bytes(b"damaged")

    assert ArtefactFolder(store, tmp_path).fetch(version.artefact).read_bytes() == affine()
    assert store.fetched == 2


def test_threads_that_load_at_once_all_get_the_model(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(lambda _: loader(store, tmp_path).load("churn", version), range(8)))

    assert len({model.predict({"x": ROWS}, ["scores"])[0].tobytes() for model in models}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [version.artefact.digest]


def test_an_artefact_that_is_not_in_the_store_is_not_ready(store: CountingStore, tmp_path: Path) -> None:
    version = ReleasedVersion(4, Artefact((ArtefactFile("model.onnx", "0" * 64, 10),)), AFFINE)

    with pytest.raises(ModelNotReady, match="version 4 is not ready"):
        loader(store, tmp_path).load("churn", version)


def test_a_file_that_is_no_model_is_not_ready(store: CountingStore, tmp_path: Path) -> None:
    with pytest.raises(ModelNotReady, match="refused the artefact"):
        loader(store, tmp_path).load("churn", a_version(store, model_onnx=b"not a model"))


@pytest.mark.parametrize("path", ["../model.onnx", "/tmp/model.onnx"])
def test_a_file_that_would_leave_its_folder_is_not_written(store: CountingStore, tmp_path: Path, path: str) -> None:
    file = ArtefactFile(path, store.put("artefacts", affine()), 10)

    with pytest.raises(ModelNotReady, match="leaves its folder"):
        loader(store, tmp_path / "root").load("churn", ReleasedVersion(4, Artefact((file,)), AFFINE))
    assert not (tmp_path / "model.onnx").exists()


def test_a_disk_that_cannot_be_written_makes_the_model_not_ready(store: CountingStore, tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file where the folder should be")

    with pytest.raises(ModelNotReady, match="could not be written"):
        loader(store, tmp_path / "root").load("churn", a_version(store, model_onnx=affine()))


def test_a_failure_of_the_runtime_comes_as_one_kind_of_error(store: CountingStore, tmp_path: Path) -> None:
    model = loader(store, tmp_path).load("churn", a_version(store, model_onnx=failing()))

    with pytest.raises(RuntimeError, match="InvalidArgument"):
        model.predict({"x": np.zeros((1, 2), np.float32)}, ["y"])
