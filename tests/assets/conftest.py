"""The interpreter that Lambda's runtime has, where this machine has one."""

import os

import pytest

from infra.assets.target_python import TargetPython, find_target_python


@pytest.fixture(scope="session")
def python_313() -> TargetPython:
    found = find_target_python(os.environ)
    if found is None:
        pytest.skip("found no Python 3.13 that runs; set PYTHON313=/path/to/python3.13")
    return found
