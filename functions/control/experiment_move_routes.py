"""`/v1/experiments/{key}/…`: the moves of an experiment's life."""

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.definition_answers import experiment_answer
from functions.control.experiment_ports import ExperimentPorts
from functions.control.request_reading import change_of
from sluice.usecases.archive_experiment import archive_experiment
from sluice.usecases.conclude_experiment import conclude_experiment
from sluice.usecases.ramp_experiment import ramp_experiment
from sluice.usecases.reallocate_experiment import reallocate_experiment
from sluice.usecases.start_experiment import start_experiment
from sluice.usecases.stop_experiment import stop_experiment


def add_experiment_move_routes(api: FastAPI, ports: ExperimentPorts) -> None:
    """All of them."""
    _add_beginning(api, ports)
    _add_growth(api, ports)
    _add_end(api, ports)


def _add_beginning(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.post("/experiments/{key}/start", **describe("Experiment", 400, 404, 409, 503, takes="Why"))
    async def start(key: str, request: Request) -> Response:
        """Publish a draft: its slots become its own, and functions learn of it within their cache time."""
        _, change = await change_of(request)
        surroundings = ports.surroundings
        revision = start_experiment(key, change=change, definitions=definitions, surroundings=surroundings, clock=clock)
        return experiment_answer(revision)


def _add_growth(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.post("/experiments/{key}/ramp", **describe("Experiment", 400, 404, 409, 503, takes="Ramp"))
    async def ramp(key: str, request: Request) -> Response:
        """Let more of the eligible units in; nobody who is in moves."""
        body, change = await change_of(request, "coverage_bps")
        coverage_bps = body.required("coverage_bps", int)
        return experiment_answer(
            ramp_experiment(key, coverage_bps, change=change, definitions=definitions, clock=clock)
        )

    @api.post("/experiments/{key}/reallocate", **describe("Experiment", 400, 404, 409, 503, takes="Reallocate"))
    async def reallocate(key: str, request: Request) -> Response:
        """Other weights for units that enter from now on, under a new allocation version."""
        body, change = await change_of(request, "weights_bps")
        weights_bps = body.required("weights_bps", dict)
        return experiment_answer(
            reallocate_experiment(key, weights_bps, change=change, definitions=definitions, clock=clock)
        )


def _add_end(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.post("/experiments/{key}/stop", **describe("Experiment", 400, 404, 409, 503, takes="Why"))
    async def stop(key: str, request: Request) -> Response:
        """The kill switch: nobody gets a treatment any more. There is no way back."""
        _, change = await change_of(request)
        return experiment_answer(stop_experiment(key, change=change, definitions=definitions, clock=clock))

    @api.post("/experiments/{key}/conclude", **describe("Experiment", 400, 404, 409, 503, takes="Conclude"))
    async def conclude(key: str, request: Request) -> Response:
        """End it with the variant that is to stay, null for none; its slots rest."""
        body, change = await change_of(request, "variant")
        if not body.has("variant"):
            raise body.refusal("variant", "missing, it is required; null if none is to stay")
        variant = body.optional("variant", str)
        return experiment_answer(conclude_experiment(key, variant, change=change, definitions=definitions, clock=clock))

    @api.post("/experiments/{key}/archive", **describe("Experiment", 400, 404, 409, 503, takes="Why"))
    async def archive(key: str, request: Request) -> Response:
        """Put a draft or a concluded experiment out of the way; its history stays."""
        _, change = await change_of(request)
        return experiment_answer(archive_experiment(key, change=change, definitions=definitions, clock=clock))
