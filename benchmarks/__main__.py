"""`make bench`: every table, in one run."""

import platform

import numpy as np
import onnxruntime
from rich.console import Console

from benchmarks.cold_start import cold_start_table
from benchmarks.decision import decision_table
from benchmarks.invocation import invocation_table


def main() -> None:
    """Print where this ran, then the tables."""
    console = Console(width=140)
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, ONNX Runtime {onnxruntime.__version__}"
    console.print(f"{platform.machine()}, {versions}. Simulated: nothing here ran on AWS Lambda.")
    console.print(invocation_table())
    console.print(decision_table())
    console.print(cold_start_table())


if __name__ == "__main__":
    main()
