"""The layers themselves: built for both architectures, weighed, and run under the interpreter of Lambda's runtime."""

import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import orjson
import pytest
from packaging.utils import canonicalize_name

from infra.assets.requirement_install import install
from infra.assets.size_report import BUDGET_BYTES, FOR_MODELS_BYTES, LIMIT_BYTES, inference_bytes
from infra.assets.slimming import files_of, read_rules
from infra.assets.target_python import TargetPython, find_target_python
from infra.assets.workshop import Workshop
from infra.declarations.environment import Architecture
from infra.supply_chain.pins import Pin, python_pins
from tests.assets.layer_trees import CHECKOUT, HERE, SETS, BuiltAssets, run_on_lambda
from tests.functions.builders import PublishedRelease, a_body, an_event
from tests.functions.inference_function import a_function

# One worker builds, once; packages may have to be downloaded first.
pytestmark = [pytest.mark.xdist_group("assets"), pytest.mark.timeout(600)]

_LAYERS_OF = {"inference": SETS}
_SETTINGS = {
    "SLUICE_MODEL": "m",
    "SLUICE_ARTEFACTS_BUCKET": "a",
    "SLUICE_RECORDS_BUCKET": "r",
    "SLUICE_REGISTRY_TABLE": "t",
}


def assets_in(out: Path, architecture: Architecture) -> BuiltAssets:
    workshop = Workshop(CHECKOUT, out, architecture, find_target_python(os.environ))
    return BuiltAssets(out, workshop.build_layers(), workshop.build_functions())


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest) -> Mapping[Architecture, BuiltAssets]:
    """Kept from one test run to the next, and built anew only when something has changed."""
    out = request.config.cache.mkdir("assets")
    return {architecture: assets_in(out, architecture) for architecture in Architecture}


@pytest.fixture(scope="module")
def assets(kept: Mapping[Architecture, BuiltAssets]) -> BuiltAssets:
    """For the architecture of this machine."""
    return kept[HERE]


@pytest.fixture(scope="module")
def before_slimming(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the packages hold, for the architecture of this machine."""
    trees = [tmp_path_factory.mktemp(name) for name in SETS]
    for name, tree in zip(SETS, trees, strict=True):
        install(CHECKOUT / "layers" / name / "requirements.txt", tree, HERE)
    return trees


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
    rules = [rule for rule in read_rules(CHECKOUT / "layers" / "slimming.toml") if rule.awaits is None]

    patterns = [pattern for rule in rules for pattern in (*rule.remove, *rule.keep)]

    assert not [it for it in patterns if not any(fnmatchcase(name, it) for name in names)]


def test_a_rule_that_awaits_a_package_is_checked_once_that_has_come() -> None:
    locked = "".join((CHECKOUT / "layers" / name / "requirements.txt").read_text() for name in SETS)
    awaited = [rule.awaits for rule in read_rules(CHECKOUT / "layers" / "slimming.toml") if rule.awaits]

    assert not [name for name in awaited if f"{name}==" in locked]


def test_what_is_left_of_the_layers_can_be_imported_as_before(
    assets: BuiltAssets, before_slimming: list[Path], python_313: TargetPython
) -> None:
    slim = [assets.tree(name) for name in SETS]
    present = {module_name(path, tree) for tree in slim for path in files_of(tree) if path.suffix == ".py"}

    before = run_on_lambda(python_313, "import_everything", *before_slimming, roots=[str(it) for it in before_slimming])
    after = run_on_lambda(python_313, "import_everything", *slim, roots=[str(it) for it in slim])

    assert len(after) > 900
    assert present & set(before) == set(after)


def module_name(path: Path, tree: Path) -> str:
    return path.relative_to(tree).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def test_every_service_that_is_kept_has_a_client(assets: BuiltAssets, python_313: TargetPython) -> None:
    services = sorted(path.name for path in (assets.tree("runtime") / "botocore" / "data").iterdir() if path.is_dir())

    operations = run_on_lambda(python_313, "make_clients", assets.tree("runtime"), services=services)

    assert operations.keys() == set(services)
    assert all(operations.values())


def test_every_service_that_our_code_calls_is_kept(assets: BuiltAssets) -> None:
    sources = [path.read_text() for path in files_of(assets.out / "functions") if path.suffix == ".py"]
    called = {name for text in sources for name in re.findall(r"""\bclient\(\s*["']([a-z0-9-]+)["']""", text)}

    data = assets.tree("runtime") / "botocore" / "data"
    assert {"lambda", "s3"} <= called
    assert not [name for name in called | {"dynamodb"} if not (data / name).is_dir()]


def test_distributions_still_say_what_they_are_and_what_they_offer(
    assets: BuiltAssets, python_313: TargetPython
) -> None:
    locks = [CHECKOUT / "layers" / name / "requirements.txt" for name in SETS]

    said = run_on_lambda(python_313, "describe_distributions", *map(assets.tree, SETS), group="opentelemetry_context")

    distributions = {Pin(canonicalize_name(name), version) for name, version in said["distributions"].items()}
    assert distributions == python_pins(locks)
    assert said["entry_points"] == ["contextvars_context"]


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


@pytest.mark.parametrize("name", ["control", "deployment", "inference"])
def test_a_function_starts_with_nothing_but_its_code_and_layers(
    assets: BuiltAssets, python_313: TargetPython, name: str
) -> None:
    layers = [assets.tree(layer) for layer in _LAYERS_OF.get(name, ("runtime",))]

    module = f"functions.{name}.handler"
    answer = run_on_lambda(
        python_313, "import_handler", assets.function(name), *layers, module=module, environment=_SETTINGS
    )

    assert answer["callable"]
    assert Path(answer["bytecode"]).is_file()


def answers_of(assets: BuiltAssets, python: TargetPython, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the built inference function over release 3 of model "risk"."""
    published = PublishedRelease()
    settings = asdict(published.publish())
    contents = [[kind, b64encode(content).decode()] for (kind, _), content in published.store._contents.items()]
    path = [assets.function("inference"), *(assets.tree(name) for name in SETS)]
    answers: list[dict[str, Any]] = run_on_lambda(
        python, "answer_events", *path, settings=settings, contents=contents, events=events
    )
    return answers


def test_the_built_function_answers_as_the_checkout_does(
    assets: BuiltAssets, python_313: TargetPython, tmp_path: Path
) -> None:
    hot, framework = an_event(body=a_body()), an_event("GET", "/v2/models/risk")
    checkout = a_function(tmp_path)

    predicted, described = answers_of(assets, python_313, [hot, framework])

    assert (predicted["statusCode"], described["statusCode"]) == (200, 200)
    assert orjson.loads(predicted["body"])["outputs"] == checkout.call(hot)[1]["outputs"]
    assert orjson.loads(described["body"]) == checkout.call(framework)[1]
