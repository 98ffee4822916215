"""`sluice experiment`: to write experiments down, find them, and ask what stands against them."""

from functools import partial
from typing import Annotated

import typer

from sluice.cli import experiment_moves, experiment_units
from sluice.cli.connections import Connections
from sluice.cli.exit_codes import exit_code_of
from sluice.cli.experiment_size_command import size
from sluice.cli.options import AsJson, AsYaml, By, DefinitionFile, History, Key, Why
from sluice.cli.output import show
from sluice.experiments.experiment import ExperimentState

app = typer.Typer(help="Which variant is better.", no_args_is_help=True)

Owner = Annotated[str | None, typer.Option(help="Only this owner's.")]
Model = Annotated[str | None, typer.Option(help="Only this model's.")]
State = Annotated[ExperimentState | None, typer.Option(help="Only those in this state.")]
Metric = Annotated[str | None, typer.Option(help="Only those that measure this, first or as a guardrail.")]
Text = Annotated[str | None, typer.Option(help="Only those with this text in the hypothesis.")]


@app.command("create")
def create(ctx: typer.Context, file: DefinitionFile, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Write an experiment down as a draft, or another text of one that is still a draft."""
    from sluice.cli.definition_files import read_definition
    from sluice.cli.experiment_views import render_created
    from sluice.clock import SystemClock
    from sluice.experiments.experiment_document import experiment_from_written
    from sluice.experiments.revision_views import experiment_view
    from sluice.usecases.define_experiment import define_experiment
    from sluice.usecases.definition_change import Change

    connections: Connections = ctx.obj
    defined = define_experiment(
        experiment_from_written(read_definition(file)),
        change=Change(by, why),
        definitions=connections.definitions,
        surroundings=connections.surroundings,
        clock=SystemClock(),
    )
    document = {**experiment_view(defined.revision), "written": defined.written.value}
    show(document, as_json=as_json, render=partial(render_created, document))


@app.command("validate")
def validate(ctx: typer.Context, file: DefinitionFile, *, as_json: AsJson = False) -> None:
    """Ask everything that starting it would ask; writes nothing, and ends with 3 or 5 if it could not start."""
    from sluice.cli.definition_files import read_definition
    from sluice.cli.experiment_views import render_validation
    from sluice.clock import SystemClock
    from sluice.experiments.experiment_document import experiment_from_written
    from sluice.usecases.validate_experiment import validate_experiment

    connections: Connections = ctx.obj
    wanted = experiment_from_written(read_definition(file))
    problems = validate_experiment(
        wanted, definitions=connections.definitions, surroundings=connections.surroundings, clock=SystemClock()
    )
    document = {"experiment": wanted.key, "is_valid": not problems, "problems": [str(each) for each in problems]}
    show(document, as_json=as_json, render=partial(render_validation, document))
    if problems:
        raise typer.Exit(min(map(exit_code_of, problems)))


@app.command("list")
def list_command(
    ctx: typer.Context,
    *,
    owner: Owner = None,
    model: Model = None,
    state: State = None,
    metric: Metric = None,
    text: Text = None,
    as_json: AsJson = False,
) -> None:
    """List experiments; every option narrows the search."""
    from sluice.cli.experiment_views import render_experiments
    from sluice.experiments.revision_views import experiment_view
    from sluice.usecases.find_experiment import ExperimentSearch, list_experiments

    search = ExperimentSearch(owner, model, state, metric, text)
    documents = [experiment_view(each) for each in list_experiments(search, definitions=ctx.obj.definitions)]
    show(documents, as_json=as_json, render=partial(render_experiments, documents))


@app.command("show")
def show_experiment(
    ctx: typer.Context, key: Key, *, history: History = False, as_yaml: AsYaml = False, as_json: AsJson = False
) -> None:
    """Show an experiment; with --history every revision, with --yaml the file that `create` takes."""
    from sluice.cli.definition_views import Form
    from sluice.cli.experiment_views import render_experiment
    from sluice.experiments.revision_views import experiment_view
    from sluice.usecases.find_experiment import experiment_history, find_experiment

    form, definitions = Form(as_json=as_json, as_yaml=as_yaml, with_history=history), ctx.obj.definitions
    document = experiment_view(find_experiment(key, definitions=definitions))
    if history:
        document["history"] = [experiment_view(each) for each in experiment_history(key, definitions=definitions)]
    form.show(document, render_experiment)


experiment_moves.add_to(app)
experiment_units.add_to(app)
app.command("size")(size)
