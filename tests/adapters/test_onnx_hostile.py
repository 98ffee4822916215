import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper, load_model_from_string, numpy_helper

from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.model_version import GoldenExample
from sluice.errors import ArtefactRefused, FidelityMismatch
from tests import onnx_graphs
from tests.unit.catalog.builders import AFFINE_SIGNATURE


@pytest.fixture(scope="module")
def inspector() -> Iterator[OnnxInspector]:
    with OnnxInspector() as inspector:
        yield inspector


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(content)
    return path


def changed(change: Callable[[Any], None]) -> bytes:
    model = load_model_from_string(onnx_graphs.affine())
    change(model)
    return bytes(model.SerializeToString())


def repeat_output(model: Any) -> None:
    model.graph.output.append(model.graph.output[0])


def repeat_initialiser(model: Any) -> None:
    model.graph.initializer.append(model.graph.initializer[0])


def nameless_input(model: Any) -> None:
    model.graph.input[0].name = ""


def shapeless_input(model: Any) -> None:
    model.graph.input[0].type.tensor_type.ClearField("shape")


def no_input(model: Any) -> None:
    model.graph.input[0].name = "w"


def undefined_value(model: Any) -> None:
    model.graph.node[0].input[0] = "nowhere"


def refusal_of(inspector: OnnxInspector, path: Path) -> str:
    with pytest.raises(ArtefactRefused) as refusal:
        inspector.read_signature(path)
    assert refusal.value.path == str(path)
    return refusal.value.rule


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is not an ONNX file"),
        (b"not a protobuf", "is not an ONNX file"),
        (b"\x00" * 1000, "is not an ONNX file"),
        (onnx_graphs.affine()[:-20], "is not an ONNX file"),
        (onnx_graphs.zipmap_classifier(), "export classifiers without ZipMap (skl2onnx: options={'zipmap': False})"),
        (onnx_graphs.identity(TensorProto.COMPLEX64), "element type COMPLEX64, which the inference protocol lacks"),
        (onnx_graphs.unknown_operator(), "the operator com.example:Frobnicate, which ONNX Runtime does not know"),
        (onnx_graphs.unknown_operator("ai.onnx.ml"), "the operator Frobnicate of opset 1, which ONNX Runtime does not"),
        (changed(lambda model: setattr(model, "ir_version", 99)), "ir_version 99 is higher than the checker's"),
        (changed(lambda model: setattr(model.opset_import[0], "version", 99)), "needs opset 99 of ai.onnx"),
        (changed(repeat_output), "more than one output of the name 'scores'"),
        (changed(repeat_initialiser), "more than one initialiser of the name 'w'"),
        (changed(nameless_input), "has an input without a name"),
        (changed(shapeless_input), "input 'x' has no shape"),
        (changed(no_input), "has no input"),
        (changed(undefined_value), "nowhere"),
    ],
)
def test_a_file_that_cannot_be_served_is_refused_with_the_reason(
    inspector: OnnxInspector, tmp_path: Path, content: bytes, rule: str
) -> None:
    assert rule in refusal_of(inspector, saved(tmp_path, content))


@pytest.mark.parametrize(
    "location",
    [
        "../outside.bin",
        "/etc/passwd",
        "a/../../outside.bin",
        "",
        ".",
        "a\\b",
        "*/_ORT_MEM_ADDR_/*",
        "a\0b",
        "C:x",
        "a//b",
    ],
)
def test_external_data_by_a_path_that_is_not_plain_is_refused(
    inspector: OnnxInspector, tmp_path: Path, location: str
) -> None:
    (tmp_path / "outside.bin").write_bytes(onnx_graphs.FLOAT_WEIGHTS.tobytes())
    (tmp_path / "inner").mkdir()

    rule = refusal_of(inspector, saved(tmp_path / "inner", onnx_graphs.external(location)))

    assert rule.startswith(f"external data {location!r} must be a plain relative path")


def test_external_data_through_a_symbolic_link_out_is_refused(inspector: OnnxInspector, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "weights.bin").write_bytes(onnx_graphs.FLOAT_WEIGHTS.tobytes())
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "link").symlink_to(tmp_path / "outside")

    rule = refusal_of(inspector, saved(tmp_path / "inner", onnx_graphs.external("link/weights.bin")))

    assert rule == "external data 'link/weights.bin' leads out of its folder"


@pytest.mark.parametrize(("location", "rule"), [("gone.bin", "is not there"), ("model.onnx", "names itself")])
def test_external_data_that_is_no_other_file_is_refused(
    inspector: OnnxInspector, tmp_path: Path, location: str, rule: str
) -> None:
    assert rule in refusal_of(inspector, saved(tmp_path, onnx_graphs.external(location)))


def test_external_data_hidden_in_a_subgraph_is_found(inspector: OnnxInspector, tmp_path: Path) -> None:
    model = load_model_from_string(onnx_graphs.affine())
    hidden = numpy_helper.from_array(onnx_graphs.FLOAT_BIAS, "hidden")
    hidden.data_location = TensorProto.EXTERNAL
    entry = hidden.external_data.add()
    entry.key, entry.value = "location", "../outside.bin"
    model.graph.node.append(helper.make_node("Constant", [], ["unused"], value=hidden))

    assert "'../outside.bin' must be a plain" in refusal_of(inspector, saved(tmp_path, model.SerializeToString()))


def test_the_size_limit_counts_external_data(tmp_path: Path) -> None:
    path = onnx_graphs.write_external(tmp_path)
    size_bytes = path.stat().st_size + onnx_graphs.FLOAT_WEIGHTS.nbytes

    with OnnxInspector(size_limit_bytes=size_bytes) as enough:
        assert enough.read_signature(path) == AFFINE_SIGNATURE
    with OnnxInspector(size_limit_bytes=size_bytes - 1) as less:
        assert refusal_of(less, path) == f"{size_bytes} bytes in 2 files, the limit is {size_bytes - 1}"


@pytest.mark.parametrize("kind", ["gone", "folder", "fifo"])
def test_what_is_not_a_regular_file_is_refused(inspector: OnnxInspector, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.onnx"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)

    expected = "No such file or directory" if kind == "gone" else "is not a regular file"
    assert refusal_of(inspector, path) == expected


def test_an_endless_model_is_killed_and_the_next_is_inspected(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    good = saved(tmp_path / "good", onnx_graphs.affine())
    with OnnxInspector(time_limit_seconds=5) as inspector:
        path = saved(tmp_path, onnx_graphs.endless())

        with pytest.raises(ArtefactRefused, match="kept inspection busy for 5 s"):
            inspector.check_fidelity(path, [GoldenExample("one", {"x": [1.0]}, {"y": [1.0]}, 0.0)])

        assert inspector.read_signature(good) == AFFINE_SIGNATURE


def test_a_model_that_wants_all_memory_is_refused(inspector: OnnxInspector, tmp_path: Path) -> None:
    path = saved(tmp_path, onnx_graphs.memory_bomb())

    with pytest.raises(FidelityMismatch, match="needs more memory than inspection allows"):
        inspector.check_fidelity(path, [GoldenExample("one", {"x": [2**38]}, {"y": [1.0]}, 0.0)])


def test_a_crash_of_the_inspecting_process_refuses_one_file_only(tmp_path: Path) -> None:
    path = saved(tmp_path, onnx_graphs.affine())
    with OnnxInspector() as inspector:
        inspector.read_signature(path)
        os.kill(inspector.worker_process_id or 0, signal.SIGSEGV)

        with pytest.raises(ArtefactRefused, match=r"ended the inspecting process \(exit -11\)"):
            inspector.read_signature(path)

        assert inspector.read_signature(path) == AFFINE_SIGNATURE


def test_the_inspecting_process_ends_with_its_parent(tmp_path: Path) -> None:
    path = saved(tmp_path, onnx_graphs.affine())
    code = (
        "import sys, pathlib, os; from sluice.adapters.onnx_inspection import OnnxInspector; i = OnnxInspector(); "
        "i.read_signature(pathlib.Path(sys.argv[1])); print(i.worker_process_id, flush=True); os.kill(os.getpid(), 9)"
    )

    killed = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)

    try:
        worker = os.pidfd_open(int(killed.stdout))
    except ProcessLookupError:
        return
    ended, _, _ = select.select([worker], [], [], 20)
    os.close(worker)
    assert ended
