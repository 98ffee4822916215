"""A whole plane with the examples, started as a newcomer starts it, once for all acceptance tests of a worker."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class RunningPlane:
    """Where a `sluice up` of ours listens."""

    gateway_url: str
    aws_url: str
    process: subprocess.Popen[str]

    def sluice(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line against this plane, from the repository's root."""
        environment = os.environ | {
            "SLUICE_GATEWAY_URL": self.gateway_url,
            "SLUICE_AWS_ENDPOINT_URL": self.aws_url,
        }
        command = [sys.executable, "-m", "sluice.cli.main", *arguments]
        return subprocess.run(
            command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )


@contextmanager
def a_plane(*options: str) -> Iterator[RunningPlane]:
    """`sluice up --examples` on free ports; ended by SIGTERM."""
    command = [sys.executable, "-m", "sluice.cli.main", "up", "--examples", "--json", "--port", "0", "--aws-port", "0"]
    with subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield RunningPlane(ready["gateway_url"], ready["aws_endpoint_url"], process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def plane() -> Iterator[RunningPlane]:
    with a_plane() as running:
        yield running
