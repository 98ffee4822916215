"""The layers themselves: built for both architectures, weighed, and looked through."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from infra.assets.size_report import BUDGET_BYTES, FOR_MODELS_BYTES, LIMIT_BYTES, inference_bytes
from infra.assets.slimming import files_of, read_rules
from infra.assets.target_python import TargetPython
from infra.declarations.environment import Architecture
from tests.assets.layer_trees import CHECKOUT, HERE, SETS, BuiltAssets, assets_in

# One worker builds, once; packages may have to be downloaded first.
pytestmark = [pytest.mark.xdist_group("assets"), pytest.mark.timeout(600)]


@pytest.mark.parametrize("architecture", Architecture)
def test_inference_with_its_layers_keeps_to_the_budget(
    kept: Mapping[Architecture, BuiltAssets], architecture: Architecture
) -> None:
    built = kept[architecture]

    assert inference_bytes(layers=built.layers, functions=built.functions) <= BUDGET_BYTES


@pytest.mark.parametrize("architecture", Architecture)
def test_there_is_room_for_models_below_lambdas_limit(
    kept: Mapping[Architecture, BuiltAssets], architecture: Architecture
) -> None:
    built = kept[architecture]
    on_disk = sum(path.stat().st_size for name in SETS for path in files_of(built.out / "layers" / architecture / name))
    function = sum(path.stat().st_size for path in files_of(built.function("inference")))

    assert on_disk + function == inference_bytes(layers=built.layers, functions=built.functions)
    assert on_disk + function <= LIMIT_BYTES - FOR_MODELS_BYTES


def test_the_same_inputs_built_elsewhere_give_the_same_files(assets: BuiltAssets, tmp_path: Path) -> None:
    assert assets_in(tmp_path / "else" / "where", HERE).digests == assets.digests


def test_native_code_is_for_the_architecture_it_is_built_for(kept: Mapping[Architecture, BuiltAssets]) -> None:
    machines = {Architecture.ARM64: b"\xb7\x00", Architecture.X86_64: b"\x3e\x00"}  # ELF's numbers for them

    for architecture, built in kept.items():
        libraries = [path for path in files_of(built.out / "layers" / architecture) if ".so" in path.suffixes]
        assert libraries
        assert {path.read_bytes()[18:20] for path in libraries} == {machines[architecture]}


def test_every_source_of_a_layer_has_its_bytecode(assets: BuiltAssets, python_313: TargetPython) -> None:
    for name in SETS:
        tree = assets.tree(name)
        sources = {path for path in files_of(tree) if path.suffix == ".py"}
        compiled = {
            path.parents[1] / f"{path.name.split('.')[0]}.py" for path in files_of(tree) if path.suffix == ".pyc"
        }
        assert sources == compiled


def test_bytecode_names_no_folder_of_this_machine(assets: BuiltAssets) -> None:
    here = str(assets.out).encode()

    assert not [path for path in files_of(assets.out) if path.suffix == ".pyc" and here in path.read_bytes()]


def test_every_pattern_of_every_rule_matches_something(before_slimming: list[Path]) -> None:
    names = [path.relative_to(tree).as_posix() for tree in before_slimming for path in files_of(tree)]
    rules = read_rules(CHECKOUT / "layers" / "slimming.toml")

    patterns = [pattern for rule in rules for pattern in (*rule.remove, *rule.keep)]

    assert not [it for it in patterns if not any(fnmatchcase(name, it) for name in names)]


def test_every_service_that_our_code_calls_is_kept(assets: BuiltAssets) -> None:
    sources = [path.read_text() for path in files_of(assets.out / "functions") if path.suffix == ".py"]
    called = {name for text in sources for name in re.findall(r"""\bclient\(\s*["']([a-z0-9-]+)["']""", text)}

    data = assets.tree("runtime") / "botocore" / "data"
    assert {"lambda", "s3"} <= called
    assert not [name for name in called | {"dynamodb"} if not (data / name).is_dir()]


def test_licences_stay_with_the_code(assets: BuiltAssets) -> None:
    for name in SETS:
        infos = list(assets.tree(name).glob("*.dist-info"))
        assert infos
        assert not [it.name for it in infos if not licences_in(it)]


def licences_in(info: Path) -> list[Path]:
    """In the metadata, or, as onnxruntime has it, in the package."""
    package = info.parent / info.name.split("-")[0]
    return [
        path for path in [*files_of(info), *package.glob("LICENSE*")] if re.search("licen", path.name, re.IGNORECASE)
    ]
