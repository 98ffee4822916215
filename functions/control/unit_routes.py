"""`/v1/units`: overrides of single units, why they get what they get, and identities that turn out to be one."""

from dataclasses import asdict

from fastapi import FastAPI, Request, Response

from functions.control.api_description import describe
from functions.control.definition_answers import answer
from functions.control.experiment_ports import ExperimentPorts
from functions.control.request_reading import body_of, change_of
from sluice.usecases.explain_assignment import ExplainPorts, explain_assignment
from sluice.usecases.merge_identities import merge_identities
from sluice.usecases.override_unit import ForcedVariant, override_unit, remove_override

# Ids may hold slashes; the subject behind them does not.
_OVERRIDE = "/units/{unit_type}/{unit_id:path}/overrides/{subject}"


def add_unit_routes(api: FastAPI, ports: ExperimentPorts) -> None:
    """All of them."""
    _add_overrides(api, ports)
    _add_merger(api, ports)
    _add_explanation(api, ports)


def _add_merger(api: FastAPI, ports: ExperimentPorts) -> None:
    @api.post("/units/merge", **describe("Merger", 400, 503, takes="Merge"))
    async def merge(request: Request) -> Response:
        """An anonymous unit turns out to be a known one, which takes over what it lacks."""
        body = await body_of(request, "unit_type", "anonymous_id", "known_id")
        unit_type, anonymous_id, known_id = (
            body.required(name, str) for name in ("unit_type", "anonymous_id", "known_id")
        )
        merger = merge_identities(
            unit_type, anonymous_id=anonymous_id, known_id=known_id, units=ports.units, clock=ports.clock
        )
        return answer(asdict(merger))


def _add_explanation(api: FastAPI, ports: ExperimentPorts) -> None:
    reads = ExplainPorts(ports.definitions, ports.units, ports.language_over, ports.clock)

    @api.post("/units/explain", **describe("ExplainedUnit", 400, 503, takes="ExplainUnit"))
    async def explain(request: Request) -> Response:
        """What a unit gets now of each running experiment of a model, rule by rule; nothing is written."""
        body = await body_of(request, "model", "unit_type", "unit_id", "attributes")
        attributes = body.given(attributes=dict).get("attributes", {})
        unit = body.required("unit_type", str), body.required("unit_id", str)
        explained = explain_assignment(body.required("model", str), *unit, attributes=attributes, ports=reads)
        return answer(asdict(explained))


def _add_overrides(api: FastAPI, ports: ExperimentPorts) -> None:
    @api.put(_OVERRIDE, **describe("Override", 400, 404, 409, 503, takes="ForceVariant"))
    async def force(unit_type: str, unit_id: str, subject: str, request: Request) -> Response:
        """Force a variant of an experiment, or of a flag (`flag:` and its key), on one unit for some days."""
        body, change = await change_of(request, "variant", "days")
        wanted = ForcedVariant(unit_type, unit_id, subject, body.required("variant", str), body.required("days", int))
        override = override_unit(
            wanted, change=change, definitions=ports.definitions, units=ports.units, clock=ports.clock
        )
        return answer(asdict(override) | {"expires_at": override.expires_at.isoformat()})

    @api.delete(_OVERRIDE, **describe("Removed", 400, 404, 503))
    async def remove(unit_type: str, unit_id: str, subject: str) -> Response:
        """Let the unit get what the rules give it; says whether it had an override."""
        return answer({"removed": remove_override(unit_type, unit_id, subject, units=ports.units)})
