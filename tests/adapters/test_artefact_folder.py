"""Artefacts on disk are what was released: tampering is seen, damage is mended, and nobody sees either halfway."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest

from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.onnx_model import OnnxModelLoader
from sluice.adapters.s3_boto_objects import BotoObjects
from sluice.adapters.s3_content_store import S3ContentStore
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature
from sluice.errors import ModelNotReady
from tests.onnx_graphs import FLOAT_WEIGHTS, affine, classifier, external

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROWS = np.array([[0.1, -2.5, 3e30], [1e-40, -0.0, 9.0]], np.float32)
AtOnce = Callable[..., list[Any]]


def a_version(*files: tuple[str, bytes]) -> ReleasedVersion:
    listed = tuple(ArtefactFile(path, sha256(content).hexdigest(), len(content)) for path, content in files)
    return ReleasedVersion(4, Artefact(listed), Signature((), ()))


def loader(folder: ArtefactFolder) -> OnnxModelLoader:
    return OnnxModelLoader(folder, intra_op_threads=1)


@pytest.fixture
def store() -> MemoryContentStore:
    store = MemoryContentStore()
    for content in (affine(), classifier(), external(), FLOAT_WEIGHTS.tobytes()):
        store.put("artefacts", content)
    return store


def test_content_that_somebody_changed_in_the_bucket_is_never_loaded(
    s3: "S3Client", bucket: str, tmp_path: Path
) -> None:
    version = a_version(("model.onnx", affine()))
    forged = affine(FLOAT_WEIGHTS * 2)
    s3.put_object(Bucket=bucket, Key=f"artefacts/{version.artefact.files[0].digest}", Body=forged)

    with pytest.raises(ModelNotReady, match="model 'risk' version 4 is not ready"):
        loader(ArtefactFolder(S3ContentStore(BotoObjects(s3), {"artefacts": bucket}), tmp_path)).load("risk", version)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("graph", [affine(), classifier()], ids=["affine", "classifier"])
def test_predictions_are_the_bits_of_onnx_runtime(store: MemoryContentStore, tmp_path: Path, graph: bytes) -> None:
    reference = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [output.name for output in reference.get_outputs()]

    model = loader(ArtefactFolder(store, tmp_path)).load("risk", a_version(("model.onnx", graph)))

    for found, expected in zip(model.predict({"x": ROWS}, names), reference.run(names, {"x": ROWS}), strict=True):
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()
        assert found.dtype == object or found.tobytes() == expected.tobytes()


def test_one_session_answers_two_threads_at_once_as_it_answers_one(
    store: MemoryContentStore, tmp_path: Path, at_once: AtOnce
) -> None:
    model = loader(ArtefactFolder(store, tmp_path)).load("risk", a_version(("model.onnx", affine())))
    batches = [np.full((1_000, 3), number, np.float32) for number in range(4)]
    alone = [model.predict({"x": batch}, ["scores"])[0].tobytes() for batch in batches]

    together = at_once(*[partial(model.predict, {"x": batch}, ["scores"]) for batch in batches])

    assert [answer[0].tobytes() for answer in together] == alone


def test_everybody_who_finds_the_same_damage_gets_a_whole_artefact(
    store: MemoryContentStore, tmp_path: Path, at_once: AtOnce
) -> None:
    artefact = a_version(("model.onnx", external()), ("data/weights.bin", FLOAT_WEIGHTS.tobytes())).artefact
    folder = ArtefactFolder(store, tmp_path)
    weights = Path(folder.fetch(artefact)).parent / "data" / "weights.bin"

    def fetch_whole() -> bool:
        onnx_file = Path(folder.fetch(artefact))
        return onnx_file.read_bytes() == external() and weights.read_bytes() == FLOAT_WEIGHTS.tobytes()

    for _ in range(25):
        weights.write_bytes(b"damaged")
        assert at_once(*[fetch_whole] * 4) == [True] * 4

    assert [it.name for it in tmp_path.iterdir()] == [artefact.digest]


def test_files_that_are_missing_from_a_folder_are_put_back(store: MemoryContentStore, tmp_path: Path) -> None:
    artefact = a_version(("model.onnx", external()), ("data/weights.bin", FLOAT_WEIGHTS.tobytes())).artefact
    folder = ArtefactFolder(store, tmp_path)
    weights = Path(folder.fetch(artefact)).parent / "data" / "weights.bin"
    weights.unlink()
    weights.parent.rmdir()

    folder.fetch(artefact)

    assert weights.read_bytes() == FLOAT_WEIGHTS.tobytes()
