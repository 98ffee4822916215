"""`sluice demo`: what Sluice does, shown on this machine in seconds; nothing has to run beside it."""

from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.exit_codes import UNEXPECTED
from sluice.cli.options import AsJson
from sluice.cli.output import console, print_json
from sluice.local.demo.conduct import Fault

if TYPE_CHECKING:
    from rich.console import Console

    from sluice.cli.demo_stage import Cast, Stage

app = typer.Typer(help="See it work.", no_args_is_help=True)

FaultOption = Annotated[Fault | None, typer.Option("--fault", help="What is wrong with the candidate; else nothing.")]
Seed = Annotated[int, typer.Option(help="Fixes all chances.")]
RequestsPerMinute = Annotated[int, typer.Option(help="Of the simulated clock.", min=1, max=1000)]

_MINUTES_BEFORE = 60
"""Of requests, before the rollout: what is slow is told from them."""


@app.callback()
def group() -> None:
    """See it work."""


@app.command("rollout")
def rollout(
    *,
    fault: FaultOption = None,
    seed: Seed = 1,
    requests_per_minute: RequestsPerMinute = 6,
    as_json: AsJson = False,
) -> None:
    """Roll a release out in ten simulated hours: to the end if it is good, back if it is not.

    Real handlers, gateway, alias, records, controller and judge, in this process; the clock is moved. Ends with 1 if
    a good release was rolled back, or a bad one promoted.
    """
    from sluice.cli.demo_stage import Cast

    document = _rehearsed(Cast(fault, seed, requests_per_minute), as_json=as_json)
    if as_json:
        print_json(document)
    if not document["is_as_expected"]:
        raise typer.Exit(UNEXPECTED)


def _rehearsed(cast: "Cast", *, as_json: bool) -> dict[str, Any]:
    from sluice.cli.demo_stage import MODEL, rehearsal_stage
    from sluice.cli.demo_views import render_end, render_opening

    began = perf_counter()
    document: dict[str, Any] = {
        "model": MODEL,
        "fault": cast.fault.value if cast.fault else None,
        "seed": cast.seed,
        "requests_per_minute": cast.requests_per_minute,
        "expected_state": "rolled_back" if cast.fault else "promoted",
    }
    shown = None if as_json else console()
    if shown:
        render_opening(document, shown)
    with rehearsal_stage(cast, quiet=as_json) as stage:
        document |= _played(stage, shown)
    document["is_as_expected"] = document["final_state"] == document["expected_state"]
    document["real_seconds"] = round(perf_counter() - began, 1)
    if shown:
        render_end(document, shown)
    return document


def _played(stage: "Stage", shown: "Console | None") -> dict[str, Any]:
    """Open the rollout and tick until it is over; each decision is shown when it is taken."""
    from sluice.cli.demo_stage import MODEL
    from sluice.cli.demo_views import render_scene
    from sluice.local.demo.scene import scenes_of

    rehearsal = stage.rehearsal
    rehearsal.begin()
    rehearsal.pass_minutes(_MINUTES_BEFORE)
    opened = stage.open_rollout()
    steps = []
    for scene in scenes_of(rehearsal.run(MODEL, opened.rollout_id, opened.epoch)):
        steps.append(scene.to_document())
        if shown:
            render_scene(steps[-1], shown)
    return {**stage.outcome(opened), "steps": steps}
