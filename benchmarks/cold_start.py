"""Cold start: from a fresh process to its first answer, split into its parts, over real HTTP to the local S3."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from rich.table import Table

from benchmarks.example_event import MODEL
from benchmarks.goals import Goal, Result
from functions.inference.settings import variable as variable_of
from sluice.catalog.model import RiskTier
from sluice.catalog.ports import ContentStore
from sluice.catalog.release_document import content_from_document, content_to_bytes
from sluice.cli.connections import Connections
from sluice.cli.running_plane import running_plane, target_of_plane
from sluice.local.plane_settings import PlaneSettings

_ROOT = Path(__file__).parents[1]
_TIMES = ("interpreter", "imports", "release", "session", "first_inference", "total")
_MEMORY = "memory_mib"
_COLUMNS = {
    "floor": "interpreter + numpy + onnxruntime + session",
    "handler": "Sluice's handler",
    "fastapi": "hand-rolled FastAPI + Mangum",
}
_TIME_LIMIT, _MEMORY_LIMIT = 1.2, 1.15
Figures = dict[str, float]


def cold_start_result(*, processes: int = 9) -> Result:
    """Medians over fresh processes: the handler as it is deployed, a peer, and the floor below which none can be.

    The handler reads its release, its artefact and its experiments, which the others do not; waiting for the local S3
    counts as its own time. It does not wait for its record to be stored there, as the tier HIGH would.
    """
    settings = PlaneSettings(gateway_port=0, aws_port=0)
    with running_plane(settings, with_examples=True, quiet=True) as plane:
        released = plane.functions.get_version(f"inference-{MODEL}", "2").settings.environment
        with closing(Connections(target_of_plane(plane, settings))) as connections:
            environment = {**plane.environment(), **_of_medium_risk(released, connections.content)}
        measured: dict[str, list[Figures]] = {what: [] for what in _COLUMNS}
        with _one_processor():
            for _ in range(processes):
                for what, each in measured.items():
                    each.append(_measure(what, environment))
    medians = {what: _medians(each) for what, each in measured.items()}
    return Result(_table(medians), _goals(medians))


@contextmanager
def _one_processor() -> Iterator[None]:
    """For the processes that this thread starts: as a function of 1,769 MB has, and the local S3 has the others."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _of_medium_risk(released: Mapping[str, str], content: ContentStore) -> dict[str, str]:
    """The environment of a function whose release differs in the risk tier alone."""
    variable = variable_of("release_digest")
    found = content_from_document(json.loads(content.get("releases", released[variable])))
    changed = replace(found, model=replace(found.model, risk_tier=RiskTier.MEDIUM))
    return {**released, variable: content.put("releases", content_to_bytes(changed))}


def _measure(what: str, environment: Mapping[str, str]) -> Figures:
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
    told: Figures = json.loads(child.stdout.splitlines()[-1])
    own_ms = sum(value for part, value in told.items() if part != _MEMORY)
    return told | {"interpreter": total_ms - own_ms, "total": total_ms}


def _medians(measured: list[Figures]) -> Figures:
    return {part: median(each[part] for each in measured) for part in (*_TIMES, _MEMORY)}


def _goals(medians: Mapping[str, Figures]) -> tuple[Goal, ...]:
    floor, ours, beside = medians["floor"], medians["handler"], _COLUMNS["floor"]
    return (
        Goal("cold start to first answer", ours["total"] / floor["total"], _TIME_LIMIT, "x", beside),
        Goal("memory after first answer", ours[_MEMORY] / floor[_MEMORY], _MEMORY_LIMIT, "x", beside),
    )


def _table(medians: Mapping[str, Figures]) -> Table:
    table = Table("cold start, fresh process to first answer", *_COLUMNS.values())
    for part in _TIMES:
        table.add_row(f"{part.replace('_', ' ')}, ms", *(f"{each[part]:.1f}" for each in medians.values()))
    table.add_row("memory after the first answer, MiB", *(f"{each[_MEMORY]:.1f}" for each in medians.values()))
    for name, part in (("time beside the floor", "total"), ("memory beside the floor", _MEMORY)):
        table.add_row(name, *(f"{each[part] / medians['floor'][part]:.2f} x" for each in medians.values()))
    return table
