"""`/v1/experiments`: to find definitions, write them and ask what stands against them."""

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.definition_answers import answer, experiment_answer, history_answer
from functions.control.experiment_ports import ExperimentPorts
from functions.control.request_reading import body_of, change_of, query_of
from sluice.catalog.problem_sentences import found_and_allowed
from sluice.errors import InvalidRequest
from sluice.experiments.document_fields import Fields
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.experiment_document import experiment_from_written
from sluice.experiments.ports import DefinitionStore
from sluice.experiments.revision_views import experiment_view
from sluice.usecases.define_experiment import define_experiment
from sluice.usecases.definition_change import Written
from sluice.usecases.find_experiment import ExperimentSearch, experiment_history, find_experiment, list_experiments
from sluice.usecases.validate_experiment import validate_experiment

_FILTERS = ("owner", "model", "state", "metric", "text")


def add_experiment_routes(api: FastAPI, ports: ExperimentPorts) -> None:
    """All but the moves, which are in `experiment_move_routes.py`."""
    _add_readers(api, ports.definitions)
    _add_writers(api, ports)


def _add_readers(api: FastAPI, definitions: DefinitionStore) -> None:
    @api.get("/experiments", **describe("Experiments", 400, 503, query=_FILTERS))
    async def list_all(request: Request) -> Response:
        """Experiments by key; every parameter narrows the search."""
        found = list_experiments(_search(query_of(request, *_FILTERS)), definitions=definitions)
        return answer({"experiments": [experiment_view(each) for each in found]})

    @api.get("/experiments/{key}", **describe("Experiment", 404, 503))
    async def show(key: str) -> Response:
        """The newest revision, whose number is the ETag."""
        return experiment_answer(find_experiment(key, definitions=definitions))

    @api.get("/experiments/{key}/history", **describe("ExperimentHistory", 404, 503))
    async def history(key: str) -> Response:
        """Every revision, oldest first."""
        return history_answer([experiment_view(each) for each in experiment_history(key, definitions=definitions)])


def _add_writers(api: FastAPI, ports: ExperimentPorts) -> None:
    @api.post("/experiments", **describe("Experiment", 201, 400, 409, 503, takes="DefineExperiment"))
    async def define(request: Request) -> Response:
        """Write a draft, or another text of one; what is written so already stays as it is."""
        body, change = await change_of(request, "definition")
        defined = define_experiment(
            experiment_from_written(body.required("definition", dict)),
            change=change,
            definitions=ports.definitions,
            surroundings=ports.surroundings,
            clock=ports.clock,
        )
        return experiment_answer(defined.revision, 201 if defined.written is Written.CREATED else 200)

    @api.post("/experiments/{key}/validate", **describe("Validation", 400, 404, 503, takes="ValidateExperiment"))
    async def validate(key: str, request: Request) -> Response:
        """Everything that stands against starting it now, or the definition in the body; nothing is written."""
        problems = validate_experiment(
            _to_validate(key, await body_of(request, "definition"), ports.definitions),
            definitions=ports.definitions,
            surroundings=ports.surroundings,
            clock=ports.clock,
        )
        return answer({"is_valid": not problems, "problems": [str(each) for each in problems]})


def _to_validate(key: str, body: Fields, definitions: DefinitionStore) -> Experiment:
    if not body.has("definition"):
        return find_experiment(key, definitions=definitions).experiment
    wanted = experiment_from_written(body.required("definition", dict))
    if wanted.key != key:
        raise body.refusal("definition.key", found_and_allowed(wanted.key, f"{key}, as in the URL"))
    return wanted


def _search(query: dict[str, str]) -> ExperimentSearch:
    state = query.get("state")
    if state is not None and state not in set(ExperimentState):
        raise InvalidRequest(f"the query: state: {found_and_allowed(state, ', '.join(ExperimentState))}")
    return ExperimentSearch(
        owner=query.get("owner"),
        model=query.get("model"),
        state=ExperimentState(state) if state else None,
        metric=query.get("metric"),
        text=query.get("text"),
    )
