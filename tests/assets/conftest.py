"""The interpreter that Lambda's runtime has, where this machine has one; and what `make assets` builds."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.assets.requirement_install import install
from infra.assets.target_python import TargetPython, find_target_python
from infra.declarations.environment import Architecture
from tests.assets.layer_trees import CHECKOUT, HERE, SETS, BuiltAssets, assets_in


@pytest.fixture(scope="session")
def python_313() -> TargetPython:
    found = find_target_python(os.environ)
    if found is None:
        pytest.skip("found no Python 3.13 that runs; set PYTHON313=/path/to/python3.13")
    return found


@pytest.fixture(scope="session")
def kept(request: pytest.FixtureRequest) -> Mapping[Architecture, BuiltAssets]:
    """Kept from one test run to the next, and built anew only when something has changed."""
    out = request.config.cache.mkdir("assets")
    return {architecture: assets_in(out, architecture) for architecture in Architecture}


@pytest.fixture(scope="session")
def assets(kept: Mapping[Architecture, BuiltAssets]) -> BuiltAssets:
    """For the architecture of this machine."""
    return kept[HERE]


@pytest.fixture(scope="session")
def before_slimming(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the packages hold, for the architecture of this machine."""
    trees = [tmp_path_factory.mktemp(name) for name in SETS]
    for name, tree in zip(SETS, trees, strict=True):
        install(CHECKOUT / "layers" / name / "requirements.txt", tree, HERE)
    return trees
