"""`/v1/rollouts`: who rolls out what, how it stands and why, and what people want of it."""

from collections.abc import Callable

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.caller import caller_of
from functions.control.definition_answers import answer
from functions.control.request_reading import body_of
from functions.control.rollout_control import RolloutControl
from sluice.rollouts.plan_document import plan_from_document
from sluice.rollouts.rollout_view import rollout_view
from sluice.rollouts.state import RolloutState
from sluice.rollouts.story import story_of
from sluice.usecases.change_rollout import (
    abort_rollout,
    approve_rollout,
    pause_rollout,
    promote_rollout,
    resume_rollout,
)
from sluice.usecases.roll_back_rollout import roll_back_rollout
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_request import RolloutRequest, find_rollout
from sluice.usecases.start_rollout import RolloutWish, start_rollout
from sluice.usecases.wake_controller import wake_controller

ControlOf = Callable[[], RolloutControl]
Change = Callable[[RolloutRequest, RolloutControl], RolloutState]

_ONE = "/rollouts/{model}/{rollout_id}"
_CHANGES: dict[str, tuple[str, Change]] = {
    "pause": (
        "Let nothing advance until it is resumed; a breach still rolls back.",
        lambda request, control: pause_rollout(request, ports=control.ports),
    ),
    "resume": ("End the pause.", lambda request, control: resume_rollout(request, ports=control.ports)),
    "promote": (
        "Give the candidate all traffic before its time.",
        lambda request, control: promote_rollout(request, ports=control.ports),
    ),
    "abort": (
        "Give all traffic back to the stable version.",
        lambda request, control: abort_rollout(request, ports=control.ports),
    ),
    "approve": (
        "Say yes to the first gate that waits for approvals.",
        lambda request, control: approve_rollout(request, ports=control.ports),
    ),
    "roll-back": (
        "Take it back, also after its promotion.",
        lambda request, control: roll_back_rollout(request, ports=control.ports, runner=control.require_runner()),
    ),
}


def add_rollout_routes(api: FastAPI, control: ControlOf) -> None:
    """All of them. `control` is asked with every request, and may raise Unsupported."""
    _add_readers(api, control)
    _add_start(api, control)
    for name, (what, change) in _CHANGES.items():
        _add_change(api, control, name, what, change)


def _add_readers(api: FastAPI, control: ControlOf) -> None:
    @api.get("/rollouts", **describe("Rollouts", 503))
    async def list_open() -> Response:
        """The open rollouts of all models."""
        ports = control().ports
        return answer({"rollouts": [_view(each, ports) for each in ports.store.list_open()]})

    @api.get("/rollouts/{model}", **describe("Rollouts", 503))
    async def list_of_model(model: str) -> Response:
        """All rollouts of a model, newest first."""
        ports = control().ports
        return answer({"rollouts": [_view(each, ports) for each in ports.store.list_rollouts(model)]})

    @api.get(_ONE, **describe("RolloutStory", 404, 503))
    async def show(model: str, rollout_id: str) -> Response:
        """Where it stands, and its story from the ledger: every step, weight and verdict, with its numbers."""
        ports = control().ports
        state = find_rollout(model, rollout_id, ports=ports)
        records = (entry.record for entry in ports.ledger.ledger.entries(model))
        story = [each.to_document() for each in story_of(records, rollout_id)]
        return answer({**_view(state, ports), "story": story})


def _add_start(api: FastAPI, control: ControlOf) -> None:
    statuses = (201, 400, 404, 409, 503)

    @api.post("/rollouts/{model}", **describe("Rollout", *statuses, takes="StartRollout", is_conditional=False))
    async def start(model: str, request: Request) -> Response:
        """Start the rollout of a release or of a function version; the same again is accepted."""
        body = await body_of(request, "rollout_id", "plan", "release", "function_version", "why")
        wish = RolloutWish(
            body.required("rollout_id", str),
            plan_from_document(body.required("plan", dict)),
            caller_of(request),
            body.required("why", str),
            body.optional("release", int),
            body.optional("function_version", str),
        )
        runner, ports = control().require_runner(), control().ports
        return answer(_view(start_rollout(model, wish, ports=ports, runner=runner), ports), 201)


def _add_change(api: FastAPI, control: ControlOf, name: str, what: str, change: Change) -> None:
    described = describe("Rollout", 400, 404, 409, 503, takes="Why", is_conditional=False)

    @api.post(f"{_ONE}/{name}", name=name, description=what, **described)
    async def do(model: str, rollout_id: str, request: Request) -> Response:
        body = await body_of(request, "why")
        wanted = RolloutRequest(model, rollout_id, caller_of(request), body.required("why", str))
        changed, its = change(wanted, control()), control()
        if its.runner is not None:
            wake_controller(changed, ports=its.ports, runner=its.runner)
        return answer(_view(changed, its.ports))


def _view(state: RolloutState, ports: RolloutPorts) -> dict[str, object]:
    return rollout_view(state, now=ports.clock.now())
