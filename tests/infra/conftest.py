"""Templates of every environment, synthesised once per worker, in one app process; no account, no network."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from infra.context import Choice
from infra.declarations.environment import Environment
from infra.environments import ENVIRONMENTS

ROOT = Path(__file__).parents[2]

# The library's own rules take seconds per process; `make synth` runs them. Set, never blank: blank means true to it.
os.environ["CDK_VALIDATION"] = "false"
os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1"
os.environ["JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION"] = "1"


NO_NODE = "the CDK needs Node.js; install Node 20 or newer"


class ModuleWithoutNode(pytest.Module):
    """Skipped before it is imported, because importing the CDK starts Node."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        pytest.skip(NO_NODE, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if shutil.which("node") is None:
        return ModuleWithoutNode.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """One worker does all of infra: the process behind the CDK takes half a gigabyte."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("infra"))


@dataclass(frozen=True)
class Synthesised:
    """The templates of one environment, by the last word of their stacks' names, and by region if there are two."""

    templates: Mapping[str, Mapping[str, Any]]
    report: str

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id to the whole resource."""
        found = self.templates[stack]["Resources"].items()
        return {name: resource for name, resource in found if resource["Type"] == kind}

    def properties(self, stack: str, kind: str) -> list[dict[str, Any]]:
        return [resource.get("Properties", {}) for resource in self.resources(stack, kind).values()]

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of each function, by the module that its handler is in; models by their physical names."""
        found = self.properties("serving", "AWS::Lambda::Function")
        return {each.get("FunctionName") or _module_of(each["Handler"]): each for each in found}


def _module_of(handler: str) -> str:
    """`control` for functions.control.handler.handler; another module than `handler` is named too."""
    return handler.removeprefix("functions.").removesuffix(".handler").removesuffix(".handler")


Synthesise = Callable[..., Synthesised]


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make assets` builds, in small."""
    return some_assets(tmp_path_factory.mktemp("assets"))


def some_assets(root: Path, changed: str = "") -> Path:
    names = ("inference", "control", "deployment", "outcomes", "rollout_steps", "failsafe")
    folders = [Path("functions", name) for name in names]
    folders += [Path("layers", arch, name) for arch in ("arm64", "x86_64") for name in ("onnx", "runtime")]
    for folder in folders:
        (root / folder).mkdir(parents=True)
        (root / folder / "code.py").write_text(f"# {folder} {changed if changed in str(folder) else ''}\n")
    return root


@pytest.fixture(scope="session")
def synthesise(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Each environment over each folder once: that a second synthesis gives the same is a test of its own."""

    @cache
    def once(environment: Environment, folder: Path) -> Synthesised:
        import aws_cdk as cdk

        from infra.app import build

        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = cdk.App(context=context, outdir=str(tmp_path_factory.mktemp("cdk")))
        build(app, Choice(environment, folder))
        stacks = app.synth().stacks
        report = Path(app.outdir, "validation-report.json")
        templates = {_name_of(stack, environment): stack.template for stack in stacks}
        return Synthesised(templates, report.read_text() if report.exists() else "")

    def synthesise(environment: Environment, folder: Path = assets) -> Synthesised:
        return once(environment, folder)

    return synthesise


def _name_of(stack: Any, environment: Environment) -> str:
    """The stack's last word; with a second region, behind the region."""
    name: str = stack.stack_name.rsplit("-", 1)[-1]
    return f"{stack.environment.region}/{name}" if environment.second_region else name


@pytest.fixture(scope="session")
def all_synthesised(synthesise: Synthesise) -> Mapping[str, Synthesised]:
    return {name: synthesise(environment) for name, environment in ENVIRONMENTS.items()}


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> Environment:
    return ENVIRONMENTS[request.param]


@pytest.fixture
def synthesised(environment: Environment, all_synthesised: Mapping[str, Synthesised]) -> Synthesised:
    return all_synthesised[environment.name]
