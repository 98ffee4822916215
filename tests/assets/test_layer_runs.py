"""The built layers and functions under the interpreter of Lambda's runtime, with nothing else to import."""

from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from packaging.utils import canonicalize_name

from infra.assets.slimming import files_of
from infra.assets.target_python import TargetPython
from infra.supply_chain.pins import Pin, python_pins
from sluice.adapters.memory_content_store import MemoryContentStore
from tests.assets.layer_trees import CHECKOUT, SETS, BuiltAssets, run_on_lambda
from tests.functions.builders import PublishedRelease, a_body, an_event
from tests.functions.inference_function import a_function

pytestmark = [pytest.mark.xdist_group("assets"), pytest.mark.timeout(600)]

_LAYERS_OF = {"inference": SETS}
_SETTINGS = {
    "SLUICE_MODEL": "m",
    "SLUICE_ARTEFACTS_BUCKET": "a",
    "SLUICE_RECORDS_BUCKET": "r",
    "SLUICE_REGISTRY_TABLE": "t",
    "SLUICE_EXPERIMENTS_TABLE": "e",
    "SLUICE_UNITS_TABLE": "u",
    "SLUICE_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/000000000000/q",
}


def test_what_is_left_of_the_layers_can_be_imported_as_before(
    assets: BuiltAssets, before_slimming: list[Path], python_313: TargetPython
) -> None:
    slim = [assets.tree(name) for name in SETS]
    left = {module_name(path, tree) for tree in slim for path in files_of(tree) if path.suffix == ".py"}
    names = sorted(name for name in left if not name.endswith("__main__"))

    before = run_on_lambda(python_313, "import_modules", *before_slimming, names=names)
    after = run_on_lambda(python_313, "import_modules", *slim, names=names)

    assert len(after) > 900
    assert before == after


def module_name(path: Path, tree: Path) -> str:
    return path.relative_to(tree).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def test_every_service_that_is_kept_has_a_client(assets: BuiltAssets, python_313: TargetPython) -> None:
    services = sorted(path.name for path in (assets.tree("runtime") / "botocore" / "data").iterdir() if path.is_dir())

    operations = run_on_lambda(python_313, "make_clients", assets.tree("runtime"), services=services)

    assert operations.keys() == set(services)
    assert all(operations.values())


def test_distributions_still_say_what_they_are_and_what_they_offer(
    assets: BuiltAssets, python_313: TargetPython
) -> None:
    locks = [CHECKOUT / "layers" / name / "requirements.txt" for name in SETS]

    said = run_on_lambda(python_313, "describe_distributions", *map(assets.tree, SETS), group="opentelemetry_context")

    distributions = {Pin(canonicalize_name(name), version) for name, version in said["distributions"].items()}
    assert distributions == python_pins(locks)
    assert said["entry_points"] == ["contextvars_context"]


@pytest.mark.parametrize(
    "entry",
    ["control.handler", "deployment.handler", "inference.handler", "outcomes.handler", "outcomes.delivery_handler"],
)
def test_a_function_starts_with_nothing_but_its_code_and_layers(
    assets: BuiltAssets, python_313: TargetPython, entry: str
) -> None:
    name, _, _ = entry.partition(".")
    layers = [assets.tree(layer) for layer in _LAYERS_OF.get(name, ("runtime",))]

    answer = run_on_lambda(
        python_313, "import_handler", assets.function(name), *layers, module=f"functions.{entry}", environment=_SETTINGS
    )

    assert answer["callable"]
    assert Path(answer["bytecode"]).is_file()


def test_conditions_need_none_of_the_extensions_that_were_taken_out(
    assets: BuiltAssets, python_313: TargetPython
) -> None:
    path = [assets.function("inference"), *map(assets.tree, SETS)]
    text = "country in ['DE', 'AT'] && age >= 18 && segments.exists(it, it.startsWith('b')) && name.matches('^A')"
    adult = {"country": "AT", "age": 18, "segments": ["a", "beta"], "name": "Ada"}
    schema = {"country": "string", "age": "int", "segments": "strings", "name": "string"}

    held = run_on_lambda(
        python_313,
        "evaluate_condition",
        *path,
        schema=schema,
        text=text,
        attributes=[adult, {**adult, "age": 17}, {"country": "AT"}],
    )

    assert held == [True, False, None]


def answers_of(assets: BuiltAssets, python: TargetPython, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the built inference function over release 3 of model "risk"."""
    store = MemoryContentStore()
    settings = asdict(PublishedRelease(store=store).publish())
    contents = [[kind, b64encode(content).decode()] for (kind, _), content in store._contents.items()]
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
