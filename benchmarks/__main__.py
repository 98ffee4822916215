"""`make bench`: every table, in one run. With `--markdown` they are also written into docs/benchmarks.md."""

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

from benchmarks.batches import batch_result
from benchmarks.cold_start import cold_start_result
from benchmarks.decision import decision_table
from benchmarks.goals import Goal, Result, goals_table
from benchmarks.growth import growth_result
from benchmarks.invocation import invocation_result
from benchmarks.large_tensor import large_tensor_result
from benchmarks.report import markdown_of, write_into
from benchmarks.server_cpu import server_cpu_result

_DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_PARTS: dict[str, Callable[[], Result]] = {
    "invocation": invocation_result,
    "batches": batch_result,
    "large-tensor": large_tensor_result,
    "growth": growth_result,
    "server-cpu": server_cpu_result,
    "decision": lambda: Result(decision_table()),
    "cold-start": cold_start_result,
}


def main() -> None:
    """Print where this ran, the tables, and which goals were met."""
    wanted = _arguments()
    console = Console(width=160)
    where = _where()
    console.print(where)
    tables: list[Table] = []
    goals: list[Goal] = []
    for part in wanted.parts or _PARTS:
        result = _PARTS[part]()
        goals += result.goals
        tables.append(result.table)
        console.print(result.table)
    tables.insert(0, goals_table(goals))
    console.print(tables[0])
    if wanted.markdown:
        _write(where, tables)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(_PARTS)}")
    parser.add_argument(
        "--markdown", action="store_true", help="write the tables into docs/benchmarks.md; of all parts"
    )
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if wanted.markdown and wanted.parts:
        parser.error("--markdown writes all parts or nothing")
    return wanted


def _where() -> str:
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, ONNX Runtime {onnxruntime.__version__}"
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start"
    return f"{_processor()}, {versions}, {load}. Simulated: nothing here ran on AWS Lambda."


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} ({names[0]})" if names else platform.machine()


def _write(where: str, tables: Sequence[Table]) -> None:
    date = f"{datetime.now(UTC):%Y-%m-%d}, `make bench-peers && make bench BENCH=--markdown`"
    write_into(_DOCUMENT, [f"{date}. {where}", *(markdown_of(table) for table in tables)])


if __name__ == "__main__":
    main()
