"""`sluice predict`: one request to the gateway, as any client would send it."""

from typing import Annotated, Any

import typer

from sluice.catalog.signature import TensorSpec
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, ModelName
from sluice.cli.output import show

Request = Annotated[str | None, typer.Option(help="JSON: an inference request, or features by name; - reads stdin.")]
Csv = Annotated[str | None, typer.Option(help="CSV with a header of feature names, in any order; - reads stdin.")]
Rows = Annotated[list[str] | None, typer.Option("--row", help="Comma-separated values; repeat it for a batch.")]
Version = Annotated[int | None, typer.Option(help="Ask this model version, not the release's default.", min=1)]


def add_to(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("predict")(predict)


def predict(
    ctx: typer.Context,
    model: ModelName,
    *,
    request: Request = None,
    csv: Csv = None,
    row: Rows = None,
    model_version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model for a prediction, and show who answered."""
    from sluice.cli.prediction_input import PredictionInput
    from sluice.cli.prediction_views import output_meaning, render_prediction

    connections: Connections = ctx.obj
    given = PredictionInput(request, csv, row)
    body = given.body(
        lambda: _served_inputs(connections, model, model_version),
        lambda: _feature_names(connections, model, model_version),
    )
    answer = connections.gateway.infer(model, model_version, body)
    meaning = {} if as_json else output_meaning(connections, answer)
    show(answer, as_json=as_json, render=lambda console: render_prediction(answer, meaning, console))


def _served_inputs(connections: Connections, model: str, model_version: int | None) -> list[TensorSpec]:
    inputs: list[dict[str, Any]] = connections.gateway.metadata(model, model_version)["inputs"]
    return [TensorSpec(each["name"], each["datatype"], tuple(each["shape"])) for each in inputs]


def _feature_names(connections: Connections, model: str, model_version: int | None) -> tuple[str, ...]:
    from sluice.cli.served_version import served_version

    return served_version(connections, model, model_version).feature_names
