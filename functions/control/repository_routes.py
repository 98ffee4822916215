"""The model repository extension over the registry: what there is, and what the next release may hold."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import FastAPI, Request, Response

from functions.control.caller import caller_of
from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.catalog.strict_json import parse_json
from sluice.clock import SystemClock
from sluice.errors import InvalidRequest, MalformedBody, Unsupported

if TYPE_CHECKING:
    from functions.control.experiment_ports import ExperimentPorts
    from functions.control.rollout_control import RolloutControl
    from sluice.usecases.change_repository import RepositoryPorts, RepositoryWish
    from sluice.usecases.model_index import IndexEntry

_NEXT = "sluice_next"
_NEXT_HEADER = "sluice-next"
_MODEL = "/v2/repository/models/{model}"
_Ports = TypeVar("_Ports")


def add_repository_routes(
    app: FastAPI,
    *,
    registry: Registry,
    publisher: FunctionPublisher,
    experiments: "Callable[[], ExperimentPorts]",
    rollouts: "Callable[[], RolloutControl]",
) -> None:
    """Index, load and unload. What nothing else here needs is imported when the first request comes."""
    _add_index(app, registry=registry, publisher=publisher)
    ports = partial(_ports_of, registry, publisher, experiments=experiments, rollouts=rollouts)

    @app.post(f"{_MODEL}/load")
    async def load(model: str, request: Request) -> Response:
        """Let the next release hold the version: a release, and its rollout, are what makes it serve."""
        from sluice.usecases.change_repository import load_version

        return _told(load_version(await _wish_in(request, model), ports=ports()))

    @app.post(f"{_MODEL}/unload")
    async def unload(model: str, request: Request) -> Response:
        """Let no release hold the version any more, for good."""
        from sluice.usecases.change_repository import unload_version

        return _told(unload_version(await _wish_in(request, model), ports=ports()))


def _ports_of(
    registry: Registry,
    publisher: FunctionPublisher,
    *,
    experiments: "Callable[[], ExperimentPorts]",
    rollouts: "Callable[[], RolloutControl]",
) -> "RepositoryPorts":
    from sluice.usecases.change_repository import RepositoryPorts

    control, defined = _if_set_up(rollouts), _if_set_up(experiments)
    store, definitions = control.ports.store if control else None, defined.definitions if defined else None
    return RepositoryPorts(registry, publisher, SystemClock(), store, definitions)


def _add_index(app: FastAPI, *, registry: Registry, publisher: FunctionPublisher) -> None:
    @app.post("/v2/repository/index")
    async def index(request: Request) -> Response:
        """Every version with its state, one page; a header says what the next page begins after."""
        from sluice.usecases.model_index import index_page

        body = await _body_of(request)
        only_ready, start = body.get("ready", False), _parameters_of(body).get(_NEXT)
        if type(only_ready) is not bool:
            raise InvalidRequest(f"ready is {only_ready!r}, must be true or false")
        if start is not None and type(start) is not str:
            raise InvalidRequest(f"parameter {_NEXT} is {start!r}, must be what the page before said")
        page = index_page(registry=registry, publisher=publisher, start=start, only_ready=only_ready)
        headers = {_NEXT_HEADER: page.next_start} if page.next_start else {}
        return to_response(json_answer(200, [_document(each) for each in page.entries], headers))


def _if_set_up(wire: Callable[[], _Ports]) -> _Ports | None:
    try:
        return wire()
    except Unsupported:
        return None


async def _wish_in(request: Request, model: str) -> "RepositoryWish":
    from sluice.usecases.change_repository import RepositoryWish

    parameters = _parameters_of(await _body_of(request))
    if not_ours := sorted(name for name in parameters if name == "config" or name.startswith("file:")):
        what = f"{', '.join(not_ours)}: a version is what was registered"
        raise Unsupported(f"{what}; register another with `sluice model register`")
    why = parameters.get("sluice_why", "")
    if type(why) is not str:
        raise InvalidRequest(f"parameter sluice_why is {why!r}, must be text")
    return RepositoryWish(model, _number_in(parameters), caller_of(request), why)


def _number_in(parameters: Mapping[str, Any]) -> int | None:
    written = parameters.get("sluice_model_version")
    if written is None:
        return None
    text = str(written) if type(written) in (str, int) else ""
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 10 and int(text)):
        raise InvalidRequest(f"parameter sluice_model_version is {written!r}, must be the number of a version")
    return int(text)


async def _body_of(request: Request) -> Mapping[str, Any]:
    """The members; no body at all is an object without any, as Triton's clients send it."""
    content = await request.body()
    try:
        body = parse_json(content) if content else {}
    except ValueError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error
    if type(body) is not dict:
        raise MalformedBody("the body must be a JSON object")
    return body


def _parameters_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = body.get("parameters")
    if parameters is None:
        return {}
    if type(parameters) is not dict:
        raise MalformedBody("parameters must be an object")
    return parameters


def _told(entry: "IndexEntry") -> Response:
    return to_response(json_answer(200, _document(entry)))


def _document(entry: "IndexEntry") -> dict[str, str]:
    return {
        "name": entry.model,
        "version": str(entry.model_version),
        "state": "READY" if entry.is_ready else "UNAVAILABLE",
        "reason": entry.reason,
    }
