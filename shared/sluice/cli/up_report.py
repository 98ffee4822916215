"""What `sluice up` says once everything answers."""

from typing import TYPE_CHECKING

from sluice.cli.output import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from sluice.local.plane import Plane
    from sluice.local.plane_settings import PlaneSettings

_SPLIT, _EXPERIMENT = "breast-cancer", "digits"


def report(plane: "Plane", settings: "PlaneSettings", *, with_examples: bool, as_json: bool) -> None:
    """Where things listen, and four commands to try."""
    document = {
        "status": "ready",
        "simulation": True,
        "gateway_url": plane.gateway_url,
        "aws_endpoint_url": plane.aws_url,
        "seed": settings.seed,
        "data_dir": str(settings.data_dir) if settings.data_dir else None,
    }

    def render(console: "Console") -> None:
        console.print(_places(plane, settings), markup=False, soft_wrap=True)
        if with_examples:
            console.print(_commands(plane, _options(plane, settings)), markup=False, soft_wrap=True)

    show(document, as_json=as_json, render=render)
    say("Ctrl-C ends it.")


def _places(plane: "Plane", settings: "PlaneSettings") -> str:
    kept = f"in {settings.data_dir}" if settings.data_dir else "in memory, gone with this process"
    return (
        "\nSluice is ready. This is a simulation of AWS on this machine; nothing leaves it.\n\n"
        f"  models answer at   {plane.gateway_url}/v2\n"
        f"  AWS endpoint       {plane.aws_url}\n"
        f"  data               {kept}\n"
    )


def _commands(plane: "Plane", options: str) -> str:
    url = f"{plane.gateway_url}/v2/models/{_SPLIT}/infer"
    return (
        "Four commands to try, in another terminal, from this folder:\n\n"
        "  # about one answer in ten comes from the candidate, function version 2\n"
        f"  for i in $(seq 50); do curl -s {url} -d @examples/{_SPLIT}/request.json |\n"
        """    grep -o '"function_version":"[0-9]*"'; done | sort | uniq -c\n\n"""
        f"{experiment_command(plane.gateway_url)}\n"
        f"  .venv/bin/sluice{options} predict {_SPLIT} --request examples/{_SPLIT}/request.json\n\n"
        f"  .venv/bin/sluice{options} alias show {_SPLIT}\n"
    )


def experiment_command(gateway_url: str) -> str:
    """A line of shell that shows which variant three requests get; run from the repository's root."""
    return (
        "  # half of all units are in each variant of an experiment, and the same unit is always in the same\n"
        f"  for unit in ada grace ada; do sed s/ada/$unit/ examples/{_EXPERIMENT}/request-with-unit.json |\n"
        f"    curl -s {gateway_url}/v2/models/{_EXPERIMENT}/infer -d @- |\n"
        """    grep -o '"parameters":{[^}]*}'; done\n"""
    )


def _options(plane: "Plane", settings: "PlaneSettings") -> str:
    """What a second terminal must say to reach a plane that is not where planes usually are."""
    if (settings.gateway_port, settings.aws_port) == (8080, 8081):
        return ""
    return f" --gateway-url {plane.gateway_url} --aws-endpoint-url {plane.aws_url}"
