"""A plan as a document of JSON values, for a person's YAML file and for the store.

| member | meaning |
|---|---|
| name | lower-case letters and digits |
| steps | [{weight_bps, bake_seconds, wait_limit_seconds, minimum_requests}, …] |
| guardrails | [{key, kind, metric, worse_is, ratio_bound, absolute, floor, alpha, quantile_bps, minimum_requests}, …] |
| gates | [{kind, before_step, approvals, hook}, …]; optional |
| final_bake_seconds, at_the_limit, warms_up | optional |

What is optional may be left out; null is "none" where a guardrail may have none of something (its bounds, its floor).
"""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sluice.experiments.document_fields import Document, Fields, refuse_oversize
from sluice.rollouts.guardrail import Guardrail, GuardrailKind, WorseIs
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind, Plan, Step

_PLAN = ("name", "steps", "guardrails", "gates", "final_bake_seconds", "at_the_limit", "warms_up")
_STEP = ("weight_bps", "bake_seconds", "wait_limit_seconds", "minimum_requests")
_GATE = ("kind", "before_step", "approvals", "hook")
_BOUNDS = ("ratio_bound", "absolute", "floor")
_GUARDRAIL = ("key", "kind", "metric", "worse_is", *_BOUNDS, "alpha", "quantile_bps", "minimum_requests")


def plan_to_document(plan: Plan) -> Document:
    """Everything, defaults too: a stored plan means the same when defaults have changed."""
    written: Document = _jsonable(asdict(plan))
    return {name: written[name] for name in _PLAN}


def plan_from_document(document: Any) -> Plan:
    """The plan that it describes. Raises InvalidDefinition for the first rule that it breaks, naming the member."""
    fields = Fields(_subject_of(document), document, known=_PLAN)
    parts: dict[str, Any] = {
        "name": fields.required("name", str),
        "steps": tuple(map(_step, fields.parts("steps", _STEP))),
        "guardrails": tuple(map(_guardrail, fields.parts("guardrails", _GUARDRAIL))),
        "gates": tuple(map(_gate, fields.parts("gates", _GATE) if fields.has("gates") else ())),
        **fields.given(final_bake_seconds=int, warms_up=bool),
        **_choices(fields, at_the_limit=AtTheLimit),
    }
    with fields.placed():
        plan = Plan(**parts)
    refuse_oversize(plan.subject, plan_to_document(plan))
    return plan


def _step(fields: Fields) -> Step:
    required = (fields.required(name, int) for name in _STEP[:3])
    return Step(*required, **fields.given(minimum_requests=int))


def _gate(fields: Fields) -> Gate:
    kind, before_step = fields.choice("kind", GateKind), fields.required("before_step", int)
    return Gate(kind, before_step, **fields.given(approvals=int, hook=str))


def _guardrail(fields: Fields) -> Guardrail:
    key, kind = fields.required("key", str), fields.choice("kind", GuardrailKind)
    given = fields.given(metric=str, quantile_bps=int, minimum_requests=int) | _choices(fields, worse_is=WorseIs)
    given |= {name: None if fields.is_null(name) else fields.number(name) for name in _BOUNDS if fields.has(name)}
    if fields.has("alpha"):
        given["alpha"] = fields.number("alpha")
    with fields.placed():
        return Guardrail(key, kind, **given)


def _choices(fields: Fields, **choices: type[StrEnum]) -> Document:
    return {name: fields.choice(name, of) for name, of in choices.items() if fields.has(name)}


def _subject_of(document: Any) -> str:
    name = document.get("name") if isinstance(document, Mapping) else None
    return f"plan {name!r}" if type(name) is str and len(name) <= 64 else "the plan"


def _jsonable(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    return [_jsonable(each) for each in value] if isinstance(value, tuple) else value
