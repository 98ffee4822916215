"""Cold start: from a fresh process to its first answer, split into its parts, over real HTTP to the local S3."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from rich.table import Table

from benchmarks.example_event import MODEL
from sluice.cli.running_plane import running_plane
from sluice.local.plane_settings import PlaneSettings

_ROOT = Path(__file__).parents[1]
_PARTS = ("interpreter", "imports", "release", "session", "first_inference", "total")
Split = dict[str, float]


def cold_start_table(*, processes: int = 9) -> Table:
    """Medians over fresh processes: the handler as it is deployed, and the floor below which no handler can be."""
    with running_plane(PlaneSettings(gateway_port=0, aws_port=0), with_examples=True, quiet=True) as plane:
        released = plane.functions.get_version(f"inference-{MODEL}", "2").settings.environment
        environment = {**plane.environment(), **released}
        columns: dict[str, list[Split]] = {"handler": [], "floor": []}
        for _ in range(processes):
            for what, splits in columns.items():
                splits.append(_measure(what, environment))
    return _table({what: _medians(splits) for what, splits in columns.items()})


def _measure(what: str, environment: Mapping[str, str]) -> Split:
    """Milliseconds of each part; the child reports its own, the rest of the total is the interpreter's start."""
    started_ns = perf_counter_ns()
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.cold_start_child", what],
        cwd=_ROOT,
        env=os.environ | environment | {"PYTHONPATH": f"{_ROOT}/shared:{_ROOT}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    total_ms = (perf_counter_ns() - started_ns) / 1e6
    split: Split = json.loads(child.stdout.splitlines()[-1])
    return split | {"interpreter": total_ms - sum(split.values()), "total": total_ms}


def _medians(splits: list[Split]) -> Split:
    return {part: median(split[part] for split in splits) for part in _PARTS}


def _table(columns: Mapping[str, Split]) -> Table:
    names = {"handler": "Sluice's handler, ms", "floor": "numpy + onnxruntime + session, ms"}
    table = Table("cold start, fresh process to first answer", *(names[what] for what in columns))
    for part in _PARTS:
        table.add_row(part.replace("_", " "), *(f"{split[part]:.1f}" for split in columns.values()))
    return table
