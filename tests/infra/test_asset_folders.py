"""What was not built is missed by name, and with the command that builds it."""

from pathlib import Path

import pytest

from infra.asset_folders import AssetFolders, AssetsMissing
from infra.declarations.environment import Architecture


def test_folders_are_found_by_function_and_by_architecture_and_layer(tmp_path: Path) -> None:
    for folder in ("functions/control", "layers/x86_64/onnx"):
        (tmp_path / folder).mkdir(parents=True)
    built = AssetFolders(tmp_path, Architecture.X86_64)

    assert built.function("control") == tmp_path / "functions/control"
    assert built.layer("onnx") == tmp_path / "layers/x86_64/onnx"


def test_a_function_that_is_not_built_is_missed(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"functions/control is not built; run `make assets ARCH=arm64`"):
        AssetFolders(tmp_path, Architecture.ARM64).function("control")


def test_a_layer_that_is_built_for_another_architecture_is_missed(tmp_path: Path) -> None:
    (tmp_path / "layers/arm64/onnx").mkdir(parents=True)

    with pytest.raises(AssetsMissing, match=r"x86_64/onnx is not built; run `make assets ARCH=x86_64`"):
        AssetFolders(tmp_path, Architecture.X86_64).layer("onnx")
