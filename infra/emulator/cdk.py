"""The CDK command line, unmodified, against the emulator."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.emulator.settings import ACCOUNT, EmulatorSettings

_CDK = Path("infra/node_modules/.bin/cdk")


class DeploymentFailed(Exception):
    """`cdk` ended with an error; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Cdk:
    """One environment of the app, with the context that every command takes."""

    checkout: Path
    settings: EmulatorSettings
    stacks: tuple[str, ...]
    context: tuple[str, ...]

    def bootstrap(self) -> None:
        """Make the bucket and the roles that deployments use. Raises DeploymentFailed."""
        self._run("bootstrap", f"aws://{ACCOUNT}/{self.settings.region}")

    def deploy(self, *context: str) -> None:
        """Deploy what serves; alarms on queries, which watch it, the emulator has not. Raises DeploymentFailed."""
        outputs = ("--outputs-file", str(self._outputs))
        self._run(
            "deploy", *self.stacks, "--require-approval", "never", "--concurrency", "1", *outputs, context=context
        )

    def output(self, stack: str, name: str) -> str:
        """An output of the last deployment."""
        value: str = json.loads(self._outputs.read_bytes())[stack][name]
        return value

    def destroy(self) -> None:
        """Take every stack down. Raises DeploymentFailed."""
        self._run("destroy", *self.stacks, "--force")

    @property
    def _outputs(self) -> Path:
        return self.settings.folder / "outputs.json"

    def _run(self, verb: str, *arguments: str, context: Sequence[str] = ()) -> None:
        given = [word for pair in (*self.context, *context) for word in ("--context", pair)]
        output = ["--output", str(self.settings.folder / "cdk.out")]
        done = subprocess.run(  # noqa: S603 - our own command line
            [self.checkout / _CDK, verb, *arguments, *given, *output, "--ci", "--no-color", "--no-notices"],
            cwd=self.checkout,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DeploymentFailed(done.stdout)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, **self.settings.client_environment(), "CDK_DISABLE_CLI_TELEMETRY": "true"}
