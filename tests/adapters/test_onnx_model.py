"""Artefacts become sessions: fetched whole, checked, and kept on disk; what fails says why."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.onnx_model import OnnxModel, OnnxModelLoader
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion, ReleaseSettings
from sluice.catalog.signature import Signature
from sluice.errors import ModelNotReady
from tests.onnx_graphs import FLOAT_BIAS, FLOAT_WEIGHTS, affine, external, failing

ROW = np.array([[1.0, 2.0, 3.0]], np.float32)
SCORES = ROW @ FLOAT_WEIGHTS + FLOAT_BIAS


class CountingStore(MemoryContentStore):
    """Counts what is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def get(self, kind: str, digest: str) -> bytes:
        self.fetched.append(digest)
        return super().get(kind, digest)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def a_version(store: MemoryContentStore, **files: bytes) -> ReleasedVersion:
    """A version of these files, in this order; `__` in a name stands for a folder, `_` for the dot."""
    names = {name: name.replace("__", "/").replace("_", ".") for name in files}
    listed = (ArtefactFile(names[it], store.put("artefacts", files[it]), len(files[it])) for it in files)
    return ReleasedVersion(4, Artefact(tuple(listed)), Signature((), ()))


def load(store: MemoryContentStore, version: ReleasedVersion, root: Path) -> OnnxModel:
    return OnnxModelLoader(ArtefactFolder(store, root), intra_op_threads=1).load("risk", version)


def predict(model: OnnxModel, row: Any = ROW) -> Any:
    return model.predict({"x": row}, ["scores"])[0]


def test_a_model_predicts_what_its_graph_says(store: CountingStore, tmp_path: Path) -> None:
    model = load(store, a_version(store, model_onnx=affine()), tmp_path)

    assert predict(model).tolist() == SCORES.tolist()


def test_external_data_lies_beside_the_model_or_below_it(store: CountingStore, tmp_path: Path) -> None:
    weights = FLOAT_WEIGHTS.tobytes()
    beside = a_version(store, model_onnx=external(), weights_bin=weights)
    below = a_version(store, model_onnx=external("data/weights.bin"), data__weights_bin=weights)

    assert predict(load(store, beside, tmp_path)).tolist() == SCORES.tolist()
    assert predict(load(store, below, tmp_path)).tolist() == SCORES.tolist()


def test_an_artefact_is_fetched_once_per_disk(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())

    load(store, version, tmp_path)
    load(store, version, tmp_path)

    assert store.fetched == [version.artefact.digest]


def test_a_file_that_somebody_changed_on_disk_is_fetched_anew(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    load(store, version, tmp_path)
    (tmp_path / version.artefact.digest / "model.onnx").write_bytes(affine(FLOAT_WEIGHTS * 2))

    assert predict(load(store, version, tmp_path)).tolist() == SCORES.tolist()
    assert len(store.fetched) == 2


def test_nothing_half_written_is_left_when_a_file_is_missing(store: CountingStore, tmp_path: Path) -> None:
    there = ArtefactFile("model.onnx", store.put("artefacts", external()), 1)
    artefact = Artefact((there, ArtefactFile("weights.bin", "0" * 64, 1)))

    with pytest.raises(
        ModelNotReady, match=r"model 'risk' version 4 is not ready: content .* there is no such content"
    ):
        load(store, ReleasedVersion(4, artefact, Signature((), ())), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_processes_that_fetch_the_same_artefact_at_once_all_succeed(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    everybody = threading.Barrier(6)

    def attempt() -> Any:
        everybody.wait(10)
        return predict(load(store, version, tmp_path)).tolist()

    with ThreadPoolExecutor(6) as threads:
        answers = [it.result(30) for it in [threads.submit(attempt) for _ in range(6)]]

    assert answers == [SCORES.tolist()] * 6
    assert [it.name for it in tmp_path.iterdir()] == [version.artefact.digest]


@pytest.mark.parametrize("path", ["../outside.onnx", "/tmp/outside.onnx", "a/../../outside.onnx"])
def test_a_file_name_that_leaves_the_folder_is_refused(store: CountingStore, tmp_path: Path, path: str) -> None:
    content = affine()
    artefact = Artefact((ArtefactFile(path, store.put("artefacts", content), len(content)),))

    with pytest.raises(ModelNotReady, match="leaves its folder"):
        load(store, ReleasedVersion(4, artefact, Signature((), ())), tmp_path / "root")

    assert not list(tmp_path.rglob("outside.onnx"))


def test_a_file_that_is_no_model_is_not_ready_and_keeps_the_cause(store: CountingStore, tmp_path: Path) -> None:
    with pytest.raises(ModelNotReady, match="ONNX Runtime refused the artefact") as caught:
        load(store, a_version(store, model_onnx=b"no ONNX"), tmp_path)

    assert "INVALID_PROTOBUF" in str(caught.value.__cause__)


def test_a_disk_that_takes_nothing_is_not_ready(store: CountingStore, tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file where the folder should be")

    with pytest.raises(ModelNotReady, match="could not be written to disk"):
        load(store, a_version(store, model_onnx=affine()), tmp_path / "root")


def test_what_the_runtime_raises_on_a_request_comes_as_a_runtime_error(store: CountingStore, tmp_path: Path) -> None:
    breaks = load(store, a_version(store, model_onnx=failing()), tmp_path)
    refuses = load(store, a_version(store, model_onnx=affine()), tmp_path)

    with pytest.raises(RuntimeError, match="InvalidArgument"):
        breaks.predict({"x": np.zeros((1, 2), np.float32)}, ["y"])
    with pytest.raises(RuntimeError, match="InvalidArgument"):
        predict(refuses, ROW.astype(np.float64))


def test_a_session_has_the_threads_that_the_release_sets(store: CountingStore, tmp_path: Path) -> None:
    version = a_version(store, model_onnx=affine())
    folder = ArtefactFolder(store, tmp_path)

    options = OnnxModelLoader(folder, intra_op_threads=3).session_options(version.artefact)

    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)


@pytest.mark.parametrize(
    ("memory_mb", "threads"),
    [(None, 1), ("", 1), ("128", 1), ("1769", 1), ("3537", 1), ("3538", 2), ("10240", 5)],
)
def test_a_release_that_sets_none_has_the_threads_of_the_functions_memory(
    store: CountingStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory_mb: str | None, threads: int
) -> None:
    version = a_version(store, model_onnx=affine())
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", raising=False)
    if memory_mb is not None:
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb)

    loader = OnnxModelLoader(ArtefactFolder(store, tmp_path), intra_op_threads=ReleaseSettings().intra_op_threads)

    assert loader.session_options(version.artefact).intra_op_num_threads == threads


@pytest.mark.parametrize(("sizes_mb", "prepacks"), [((200,), True), ((1, 100), True), ((1, 127), False)])
def test_weights_of_large_models_with_external_data_are_not_packed_at_the_start(
    store: CountingStore, tmp_path: Path, sizes_mb: tuple[int, ...], prepacks: bool
) -> None:
    artefact = Artefact(tuple(ArtefactFile(f"{size}.bin", "0" * 64, size * 1024 * 1024) for size in sizes_mb))

    options = OnnxModelLoader(ArtefactFolder(store, tmp_path), intra_op_threads=1).session_options(artefact)

    assert _has_entry(options, "session.disable_prepacking") != prepacks


def _has_entry(options: Any, key: str) -> bool:
    try:
        return bool(options.get_session_config_entry(key) == "1")
    except RuntimeError:
        return False
