"""The `sluice` command, against the emulator and against a local plane, as a person would type it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SLUICE = (sys.executable, "-m", "sluice.cli.main")


class CommandFailed(Exception):
    """A command ended with an error; the message is the command and what it printed."""


@dataclass(frozen=True, slots=True)
class Sluice:
    """The command with its target in the environment; every answer is the document that `--json` prints."""

    checkout: Path
    variables: Mapping[str, str]

    def ask(self, *arguments: str) -> Any:
        """Run it. Raises CommandFailed."""
        done = self._run(*arguments, "--json")
        if done.returncode:
            raise CommandFailed(f"sluice {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def refusal(self, *arguments: str) -> str:
        """Run what must not work, and return what it says. Raises CommandFailed if it works."""
        done = self._run(*arguments)
        if not done.returncode:
            raise CommandFailed(f"sluice {' '.join(arguments)} should have been refused, and was not")
        return done.stdout + done.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SLUICE_"))}
        return subprocess.run(  # noqa: S603 - our own command
            [*_SLUICE, *arguments],
            cwd=self.checkout,
            env={**kept, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def local_plane(checkout: Path) -> Iterator[Sluice]:
    """A plane with the example models, for the time of the block, and the command that talks to it.

    Raises CommandFailed.
    """
    command = [*_SLUICE, "up", "--examples", "--json", "--port", "0", "--aws-port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise CommandFailed("the local plane did not start; `sluice up --examples` says why")
            ready = json.loads(line)
            gateway_url, aws_url = ready["gateway_url"], ready["aws_endpoint_url"]
            yield Sluice(checkout, {"SLUICE_GATEWAY_URL": gateway_url, "SLUICE_AWS_ENDPOINT_URL": aws_url})
        finally:
            process.terminate()
