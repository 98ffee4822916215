"""An experiment as a document of JSON values: what a person writes, and beside it, in the store, what its life added.

| member | meaning |
|---|---|
| key, hypothesis, owner, model, namespace | names and the question |
| unit_type, seed, hashing, sticky | how units are drawn; optional |
| slots | [[first, end], …]: slots `first` to `end - 1` of the namespace |
| variants | [{key, weight_bps, model_version and/or parameters}, …], control first |
| eligibility, attributes | a condition, and the types of what it looks at: {country: string} |
| coverage_bps | the share of eligible units that enter |
| plan | {primary_metric, guardrails, planned_days, planned_units} |
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from sluice.catalog.problem_sentences import found_and_allowed
from sluice.experiments.attributes import AttributeType, checked_schema
from sluice.experiments.document_fields import Document, Fields, refuse_oversize, subject_of
from sluice.experiments.experiment import Conclusion, Experiment, ExperimentState, Hashing, Plan
from sluice.experiments.range_documents import ranges_from_document, ranges_to_document
from sluice.experiments.variant import Variant

_WRITTEN = (
    "key",
    "hypothesis",
    "owner",
    "model",
    "namespace",
    "slots",
    "variants",
    "plan",
    "unit_type",
    "eligibility",
    "attributes",
    "coverage_bps",
    "hashing",
    "seed",
    "sticky",
)
_LIFE = ("allocation_version", "revision", "state", "is_stopped", "conclusion")
_PLAN = ("primary_metric", "guardrails", "planned_days", "planned_units")
_VARIANT = ("key", "weight_bps", "model_version", "parameters")
_WHY_NOT_WRITTEN = MappingProxyType(
    {
        "allocation_version": "it is counted when weights are changed (reallocate)",
        "revision": "it is counted with every change",
        "state": "it changes by moves: start, conclude, archive",
        "is_stopped": "it changes by a move: stop",
        "conclusion": "it is told when the experiment is concluded",
    }
)


def experiment_to_document(experiment: Experiment) -> Document:
    """Everything, as it is stored."""
    conclusion = experiment.conclusion
    return {
        **written_part(experiment),
        "allocation_version": experiment.allocation_version,
        "revision": experiment.revision,
        "state": experiment.state.value,
        "is_stopped": experiment.is_stopped,
        "conclusion": {"variant": conclusion.variant, "why": conclusion.why} if conclusion else None,
    }


def are_written_alike(one: Experiment, other: Experiment) -> bool:
    """Whether a person wrote the same; `true` and `1` are not, though Python holds them equal."""
    texts = [orjson.dumps(written_part(each), option=orjson.OPT_SORT_KEYS) for each in (one, other)]
    return texts[0] == texts[1]


def written_part(experiment: Experiment) -> Document:
    """What a person would have to write to get this experiment as a draft."""
    return {
        "key": experiment.key,
        "hypothesis": experiment.hypothesis,
        "owner": experiment.owner,
        "model": experiment.model,
        "namespace": experiment.namespace,
        "slots": ranges_to_document(experiment.slots),
        "variants": [_variant_to_document(each) for each in experiment.variants],
        "plan": _plan_to_document(experiment.plan),
        "unit_type": experiment.unit_type,
        "eligibility": experiment.eligibility,
        "attributes": {name: kind.value for name, kind in experiment.attributes.items()},
        "coverage_bps": experiment.coverage_bps,
        "hashing": experiment.hashing.value,
        "seed": experiment.seed,
        "sticky": experiment.sticky,
    }


def experiment_from_document(document: Any) -> Experiment:
    """The inverse of `experiment_to_document`. Raises InvalidDefinition."""
    fields = Fields(subject_of("experiment", document), document, known=(*_WRITTEN, *_LIFE))
    life: dict[str, Any] = {
        "allocation_version": fields.required("allocation_version", int),
        "revision": fields.required("revision", int),
        "state": fields.choice("state", ExperimentState),
        "is_stopped": fields.required("is_stopped", bool),
        "conclusion": _conclusion(fields),
    }
    return _experiment(fields, life)


def experiment_from_written(document: Any) -> Experiment:
    """The draft that a person's document describes.

    Raises InvalidDefinition for the first rule that it breaks; what moves change is refused with the move's name.
    """
    fields = Fields(subject_of("experiment", document), document, known=_WRITTEN, refused=_WHY_NOT_WRITTEN)
    experiment = _experiment(fields, {})
    refuse_oversize(experiment.subject, written_part(experiment))
    return experiment


def _experiment(fields: Fields, life: Mapping[str, Any]) -> Experiment:
    parts: dict[str, Any] = {
        **{name: fields.required(name, str) for name in ("key", "hypothesis", "owner", "model", "namespace")},
        "slots": ranges_from_document(fields, "slots"),
        "variants": tuple(_variant(each) for each in fields.parts("variants", _VARIANT)),
        "plan": _plan(fields.part("plan", _PLAN)),
        **fields.given(unit_type=str, eligibility=str, coverage_bps=int, seed=str, sticky=bool),
    }
    if fields.has("attributes"):
        parts["attributes"] = _attributes(fields)
    if fields.has("hashing"):
        parts["hashing"] = fields.choice("hashing", Hashing)
    with fields.placed():
        return Experiment(**parts, **life)


def _attributes(fields: Fields) -> dict[str, AttributeType]:
    schema = fields.required("attributes", dict)
    for name, kind in schema.items():
        if type(kind) is not str:
            raise fields.refusal(f"attributes.{name}", found_and_allowed(kind, ", ".join(AttributeType)))
    with fields.placed():
        return checked_schema(fields.subject, schema)


def _variant(fields: Fields) -> Variant:
    key, weight_bps = fields.required("key", str), fields.required("weight_bps", int)
    optional, model_version = fields.given(parameters=dict), fields.optional("model_version", int)
    for name, value in optional.get("parameters", {}).items():
        fields.check_value(f"parameters.{name}", value)
    with fields.placed():
        return Variant(key, weight_bps, model_version, **optional)


def _variant_to_document(variant: Variant) -> Document:
    version = {} if variant.model_version is None else {"model_version": variant.model_version}
    parameters = {"parameters": dict(variant.parameters)} if variant.parameters else {}
    return {"key": variant.key, "weight_bps": variant.weight_bps, **version, **parameters}


def _plan(fields: Fields) -> Plan:
    primary_metric = fields.required("primary_metric", str)
    guardrails = tuple(fields.given(guardrails=list).get("guardrails", ()))
    planned_days, planned_units = fields.optional("planned_days", int), fields.optional("planned_units", int)
    with fields.placed():
        return Plan(primary_metric, guardrails, planned_days, planned_units)


def _plan_to_document(plan: Plan) -> Document:
    planned = {name: getattr(plan, name) for name in ("planned_days", "planned_units")}
    there = {name: value for name, value in planned.items() if value is not None}
    return {"primary_metric": plan.primary_metric, "guardrails": list(plan.guardrails), **there}


def _conclusion(fields: Fields) -> Conclusion | None:
    if fields.optional("conclusion", dict) is None:
        return None
    conclusion = fields.part("conclusion", ("variant", "why"))
    return Conclusion(conclusion.optional("variant", str), conclusion.required("why", str))
