"""What a module of simulations computes once is computed in one process."""

from collections.abc import Iterable
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """The tests of a module stay together."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(f"statistical {item.path.stem}"))
