"""Sizes as they are printed."""

import pytest

from infra.assets.folder_facts import FolderFacts, package_of
from infra.assets.size_report import inference_bytes, size_report
from infra.declarations.environment import Architecture

_LAYERS = {
    "onnx": FolderFacts("", 70_000_000, 25_000_000, {"numpy": 43_000_000, "onnxruntime": 27_000_000}),
    "runtime": FolderFacts("", 30_000_000, 11_000_000, {f"package{n}": n * 1_000_000 for n in range(1, 8)}),
}
_FUNCTIONS = {"control": FolderFacts("", 5_000_000, 1, {}), "inference": FolderFacts("", 1_000_000, 400_000, {})}


def test_the_sum_is_of_the_inference_function_and_all_layers() -> None:
    assert inference_bytes(layers=_LAYERS, functions=_FUNCTIONS) == 101_000_000


def test_every_part_has_a_row_and_the_sum_its_room() -> None:
    lines = size_report(Architecture.ARM64, layers=_LAYERS, functions=_FUNCTIONS).splitlines()

    assert lines[1].split() == ["layer", "onnx", "70.0", "25.0", "numpy", "43.0,", "onnxruntime", "27.0"]
    assert [line.split()[:2] for line in lines[3:5]] == [["function", "control"], ["function", "inference"]]
    assert "101.0 MB, within the budget of 130; 149.0 left" in lines[-1]


def test_only_the_five_biggest_packages_are_named() -> None:
    row = size_report(Architecture.ARM64, layers=_LAYERS, functions=_FUNCTIONS).splitlines()[2]

    assert row.count("package") == 5
    assert row.index("package7") < row.index("package3")


def test_a_sum_over_the_budget_says_so() -> None:
    fat = {**_LAYERS, "more": FolderFacts("", 40_000_000, 1, {})}

    assert "OVER the budget" in size_report(Architecture.ARM64, layers=fat, functions=_FUNCTIONS)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("python/numpy/_core/a.so", "numpy"),
        ("python/numpy.libs/blas.so", "numpy"),
        ("python/numpy-2.5.5.dist-info/METADATA", "numpy"),
        ("python/six.py", "six"),
        ("python/__pycache__/six.cpython-313.pyc", "six"),
    ],
)
def test_libraries_metadata_and_bytecode_count_towards_their_package(name: str, package: str) -> None:
    assert package_of(name) == package
