"""`/v1/namespaces`: who shares units with whom, and which slots are free."""

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.definition_answers import answer, history_answer, namespace_answer
from functions.control.experiment_ports import ExperimentPorts
from functions.control.request_reading import change_of, query_of
from sluice.errors import InvalidRequest
from sluice.experiments.namespace_document import namespace_from_written
from sluice.experiments.range_documents import ranges_to_document
from sluice.experiments.revision_views import namespace_view
from sluice.experiments.slot_map import propose_slots
from sluice.usecases.define_namespace import define_namespace
from sluice.usecases.definition_change import Written
from sluice.usecases.find_namespace import find_namespace, list_namespaces, namespace_history
from sluice.usecases.set_holdout import set_holdout


def add_namespace_routes(api: FastAPI, ports: ExperimentPorts) -> None:
    """All of them."""
    _add_readers(api, ports)
    _add_proposal(api, ports)
    _add_writers(api, ports)


def _add_readers(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.get("/namespaces", **describe("Namespaces", 503))
    async def list_all() -> Response:
        """Every namespace by key, with who has which slots."""
        found = list_namespaces(definitions=definitions)
        return answer({"namespaces": [namespace_view(each, now=clock.now()) for each in found]})

    @api.get("/namespaces/{key}", **describe("Namespace", 404, 503))
    async def show(key: str) -> Response:
        """The newest revision, whose number is the ETag."""
        return namespace_answer(find_namespace(key, definitions=definitions), now=clock.now())

    @api.get("/namespaces/{key}/history", **describe("NamespaceHistory", 404, 503))
    async def history(key: str) -> Response:
        """Every revision, oldest first."""
        revisions = namespace_history(key, definitions=definitions)
        return history_answer([namespace_view(each, now=each.note.at) for each in revisions])


def _add_proposal(api: FastAPI, ports: ExperimentPorts) -> None:
    @api.get("/namespaces/{key}/proposal", **describe("Slots", 400, 404, 409, 503, query=("share_bps",)))
    async def propose(key: str, request: Request) -> Response:
        """Free slots that an experiment could ask for, for a share of the units in basis points."""
        given = query_of(request, "share_bps").get("share_bps", "")
        if not given.isdecimal() or not given.isascii() or len(given) > 5:
            raise InvalidRequest(f"the query: share_bps: found {given!r}, allowed: 1 to 10000 basis points")
        namespace = find_namespace(key, definitions=ports.definitions).namespace
        slots = propose_slots(namespace, int(given), now=ports.clock.now())
        return answer({"slots": ranges_to_document(slots)})


def _add_writers(api: FastAPI, ports: ExperimentPorts) -> None:
    definitions, clock = ports.definitions, ports.clock

    @api.post("/namespaces", **describe("Namespace", 201, 400, 409, 503, takes="DefineNamespace"))
    async def define(request: Request) -> Response:
        """Create a namespace, or change what may still change of it."""
        body, change = await change_of(request, "definition")
        wanted = namespace_from_written(body.required("definition", dict))
        defined = define_namespace(wanted, change=change, definitions=definitions, clock=clock)
        status = 201 if defined.written is Written.CREATED else 200
        return namespace_answer(defined.revision, status, now=clock.now())

    @api.post("/namespaces/{key}/holdout", **describe("Namespace", 400, 404, 409, 503, takes="Holdout"))
    async def holdout(key: str, request: Request) -> Response:
        """Keep another share of the units out of all its experiments, while none runs."""
        body, change = await change_of(request, "holdout_bps")
        holdout_bps = body.required("holdout_bps", int)
        revision = set_holdout(key, holdout_bps, change=change, definitions=definitions, clock=clock)
        return namespace_answer(revision, now=clock.now())
