"""`/v1/flags`: definitions of flags, and their switches; clients evaluate them over OFREP."""

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.definition_answers import answer, flag_answer, history_answer
from functions.control.experiment_ports import ExperimentPorts
from functions.control.request_reading import change_of, query_of
from sluice.catalog.problem_sentences import found_and_allowed
from sluice.errors import InvalidRequest
from sluice.experiments.flag_document import flag_from_written
from sluice.experiments.revision_views import flag_view
from sluice.usecases.archive_flag import archive_flag
from sluice.usecases.define_flag import define_flag
from sluice.usecases.definition_change import Written
from sluice.usecases.find_flag import FlagSearch, find_flag, flag_history, list_flags
from sluice.usecases.switch_flag import switch_flag

_FILTERS = ("owner", "text", "enabled", "archived")


def add_flag_routes(api: FastAPI, ports: ExperimentPorts) -> None:
    """All of them."""
    _add_readers(api, ports)
    _add_definition(api, ports)
    _add_moves(api, ports)


def _add_readers(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions = ports.definitions

    @api.get("/flags", **describe("Flags", 400, 503, query=_FILTERS))
    async def list_all(request: Request) -> Response:
        """Flags by key; every parameter narrows the search, and archived flags come with `archived=true` only."""
        found = list_flags(_search(query_of(request, *_FILTERS)), definitions=definitions)
        return answer({"flags": [flag_view(each) for each in found]})

    @api.get("/flags/{key}", **describe("Flag", 404, 503))
    async def show(key: str) -> Response:
        """The newest revision, whose number is the ETag."""
        return flag_answer(find_flag(key, definitions=definitions))

    @api.get("/flags/{key}/history", **describe("FlagHistory", 404, 503))
    async def history(key: str) -> Response:
        """Every revision, oldest first."""
        return history_answer([flag_view(each) for each in flag_history(key, definitions=definitions)])


def _add_definition(api: FastAPI, ports: ExperimentPorts) -> None:
    @api.post("/flags", **describe("Flag", 201, 400, 409, 503, takes="DefineFlag"))
    async def define(request: Request) -> Response:
        """Write a flag down, or another text of it: from then on it is evaluated so."""
        body, change = await change_of(request, "definition")
        defined = define_flag(
            flag_from_written(body.required("definition", dict)),
            change=change,
            definitions=ports.definitions,
            language_over=ports.language_over,
            clock=ports.clock,
        )
        return flag_answer(defined.revision, 201 if defined.written is Written.CREATED else 200)


def _add_moves(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.post("/flags/{key}/enable", **describe("Flag", 400, 404, 409, 503, takes="Why"))
    async def enable(key: str, request: Request) -> Response:
        """Its rules count again."""
        _, change = await change_of(request)
        return flag_answer(switch_flag(key, enabled=True, change=change, definitions=definitions, clock=clock))

    @api.post("/flags/{key}/disable", **describe("Flag", 400, 404, 409, 503, takes="Why"))
    async def disable(key: str, request: Request) -> Response:
        """The kill switch: everybody gets its `off_variant`, or the client's own default."""
        _, change = await change_of(request)
        return flag_answer(switch_flag(key, enabled=False, change=change, definitions=definitions, clock=clock))

    @api.post("/flags/{key}/archive", **describe("Flag", 400, 404, 409, 503, takes="Why"))
    async def archive(key: str, request: Request) -> Response:
        """Gone for clients; its history and its key stay."""
        _, change = await change_of(request)
        return flag_answer(archive_flag(key, change=change, definitions=definitions, clock=clock))


def _search(query: dict[str, str]) -> FlagSearch:
    enabled, archived = (_yes_or_no(query, name) for name in ("enabled", "archived"))
    return FlagSearch(query.get("owner"), query.get("text"), enabled, bool(archived))


def _yes_or_no(query: dict[str, str], name: str) -> bool | None:
    given = query.get(name)
    if given not in (None, "true", "false"):
        raise InvalidRequest(f"the query: {name}: {found_and_allowed(given, 'true, false')}")
    return None if given is None else given == "true"
