"""Run the journey: `python -m infra.emulator`; exit code 1 if a step does not do what it says."""

import argparse
import platform
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from infra.emulator.cdk import Cdk, DeploymentFailed
from infra.emulator.commands import CommandFailed, Sluice, local_plane
from infra.emulator.experiment_journey import ExperimentJourney, NeverHappened
from infra.emulator.installation import NoTargetPython, installed_emulator
from infra.emulator.journey import Journey, NotAsPromised
from infra.emulator.server import EmulatorFailed, running_emulator
from infra.emulator.settings import EmulatorSettings
from infra.emulator.signed_gateway import GatewayRefused, SignedGateway
from infra.emulator.stored_objects import stored_objects
from infra.environments import ENVIRONMENTS

_CHECKOUT = Path(__file__).resolve().parents[2]
# The emulator cannot list provisioned concurrency, which prod's models have.
_DEPLOYABLE = ("dev", "staging")
_ANY_REGION = "us-east-1"
_FAILURES = (
    CommandFailed,
    DeploymentFailed,
    EmulatorFailed,
    GatewayRefused,
    NeverHappened,
    NoTargetPython,
    NotAsPromised,
)
_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def main() -> int:
    """Deploy, use, change and tear down, in a folder that is gone afterwards."""
    arguments = _arguments()
    try:
        with TemporaryDirectory(prefix="sluice-emulator-") as folder:
            _travel(Path(folder), arguments)
    except _FAILURES as failure:
        sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1
    return 0


def _travel(folder: Path, arguments: argparse.Namespace) -> None:
    settings = EmulatorSettings(_free_port(), folder, ENVIRONMENTS[arguments.env].region or _ANY_REGION)
    context = (f"env={arguments.env}", f"architecture={_ARCHITECTURES[platform.machine()]}")
    stacks = tuple(f"sluice-{arguments.env}-{which}" for which in ("data", "serving"))
    cdk = Cdk(_CHECKOUT, settings, stacks, context)
    with ExitStack() as running:
        running.enter_context(running_emulator(installed_emulator(_CHECKOUT), settings))
        local = running.enter_context(local_plane(_CHECKOUT))
        cdk.bootstrap()
        cdk.deploy()
        _say(f"bootstrapped and deployed {arguments.env}: every signature checked, every IAM policy enforced")
        target = _target(settings, arguments.env, cdk)
        experiments = _experiments(settings, target["SLUICE_GATEWAY_URL"], cdk.output(stacks[0], "RecordsBucket"))
        journey = Journey(cdk, Sluice(_CHECKOUT, target), local, experiments, _say)
        journey.run(_CHECKOUT / "build", folder / "changed")


def _experiments(settings: EmulatorSettings, gateway_url: str, records_bucket: str) -> ExperimentJourney:
    gateway = SignedGateway(gateway_url, settings)
    return ExperimentJourney(gateway, lambda: stored_objects(settings, records_bucket, "outcomes/"), _say)


def _target(settings: EmulatorSettings, environment: str, cdk: Cdk) -> dict[str, str]:
    """The stack's own address is a name of AWS's; the emulator serves the same API below a path of its own."""
    url = urlsplit(cdk.output(f"sluice-{environment}-serving", "GatewayUrl"))
    api_id = url.netloc.split(".")[0]
    here = f"{settings.endpoint_url}/_aws/execute-api/{api_id}{url.path}"
    gateway = {"SLUICE_ENV": environment, "SLUICE_GATEWAY_URL": here}
    return {**settings.client_environment(), **gateway}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.emulator", description=__doc__)
    parser.add_argument("--env", default="dev", choices=_DEPLOYABLE, help="the environment to deploy")
    return parser.parse_args()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
