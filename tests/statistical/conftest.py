"""Millions of calls of a few lines: which lines those are is for the tests of units to show, not for these.

Tracing them takes three times as long as running them. What a module computes once is computed in one process.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Coverage stops while a test runs; the tests of a module stay together."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.no_cover)
            item.add_marker(pytest.mark.xdist_group(f"statistical {item.path.stem}"))
