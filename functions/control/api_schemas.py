"""JSON schemas of the control API's bodies and answers."""

from collections.abc import Mapping
from types import MappingProxyType

from functions.control.rollout_schemas import ROLLOUT_SCHEMAS
from functions.control.schema_parts import BPS, COUNT, INSTANT, TEXT, WHY, YES, Schema, closed, list_of, ref
from sluice.experiments.attributes import AttributeType
from sluice.experiments.experiment import ExperimentState, Hashing
from sluice.experiments.flag_value import ValueType
from sluice.experiments.reasons import Reason

CHANGED = closed({"by": TEXT, "at": INSTANT, "why": TEXT, "move": TEXT})

_SLOT: Schema = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_RANGES = list_of({"type": "array", "items": _SLOT, "minItems": 2, "maxItems": 2})
_PARAMETERS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_ATTRIBUTES: Schema = {"type": "object", "additionalProperties": {"enum": [each.value for each in AttributeType]}}
_VARIANT = closed({"key": TEXT, "weight_bps": BPS}, {"model_version": COUNT, "parameters": _PARAMETERS})
_PLAN = closed({"primary_metric": TEXT}, {"guardrails": list_of(TEXT), "planned_days": COUNT, "planned_units": COUNT})
_OWNERSHIP = closed({"experiment": TEXT, "slots": _RANGES})
_RESTING = closed({"experiment": TEXT, "slots": _RANGES, "until": INSTANT})
_CONCLUSION = closed({"variant": {"type": ["string", "null"]}, "why": TEXT})
_EXPERIMENT_DEFINITION = closed(
    {
        "key": TEXT,
        "hypothesis": TEXT,
        "owner": TEXT,
        "model": TEXT,
        "namespace": TEXT,
        "slots": _RANGES,
        "variants": {**list_of(_VARIANT), "minItems": 2, "maxItems": 32},
        "plan": _PLAN,
    },
    {
        "unit_type": TEXT,
        "eligibility": TEXT,
        "attributes": _ATTRIBUTES,
        "coverage_bps": BPS,
        "hashing": {"enum": [each.value for each in Hashing]},
        "seed": TEXT,
        "sticky": YES,
    },
)
_NAMESPACE_DEFINITION = closed(
    {"key": TEXT},
    {
        "description": TEXT,
        "unit_type": TEXT,
        "seed": TEXT,
        "holdout_bps": BPS,
        "precedence": {"type": "integer", "minimum": 0, "maximum": 1000},
        "quarantine_days": {"type": "integer", "minimum": 0, "maximum": 1000},
    },
)
_SPLIT = list_of(closed({"variant": TEXT, "weight_bps": BPS}))
_SERVING: Schema = {"variant": TEXT, "split": _SPLIT}
_FLAG_DEFINITION = closed(
    {
        "key": TEXT,
        "owner": TEXT,
        "type": {"enum": [each.value for each in ValueType]},
        "variants": {"type": "object", "minProperties": 1},
        "default": closed({}, _SERVING),
    },
    {
        "description": TEXT,
        "attributes": _ATTRIBUTES,
        "rules": list_of(closed({"when": TEXT}, _SERVING)),
        "prerequisites": {"type": "object", "additionalProperties": list_of(TEXT)},
        "off_variant": {"type": ["string", "null"]},
        "unit_type": TEXT,
        "seed": TEXT,
        "exposures": YES,
    },
)
_EXPLANATION = closed(
    {
        "experiment": TEXT,
        "namespace": TEXT,
        "variant": {"type": ["string", "null"]},
        "reason": {"enum": [each.value for each in Reason]},
        "rules": list_of(closed({"rule": TEXT, "found": TEXT, "decided": YES})),
    }
)

API_SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        **ROLLOUT_SCHEMAS,
        "Error": {"type": "object", "required": ["error"], "properties": {"error": TEXT}},
        "ExperimentDefinition": _EXPERIMENT_DEFINITION,
        "Experiment": closed(
            {
                "definition": ref("ExperimentDefinition"),
                "allocation_version": COUNT,
                "revision": COUNT,
                "state": {"enum": [each.value for each in ExperimentState]},
                "is_stopped": YES,
                "conclusion": {"oneOf": [{"type": "null"}, _CONCLUSION]},
                "changed": CHANGED,
            }
        ),
        "Experiments": closed({"experiments": list_of(ref("Experiment"))}),
        "ExperimentHistory": closed({"revisions": list_of(ref("Experiment"))}),
        "DefineExperiment": closed({"definition": ref("ExperimentDefinition"), "why": WHY}),
        "ValidateExperiment": closed({}, {"definition": ref("ExperimentDefinition")}),
        "Validation": closed({"is_valid": YES, "problems": list_of(TEXT)}),
        "Why": closed({"why": WHY}),
        "Ramp": closed({"coverage_bps": BPS, "why": WHY}),
        "Reallocate": closed({"weights_bps": {"type": "object", "additionalProperties": BPS}, "why": WHY}),
        "Conclude": closed({"variant": {"type": ["string", "null"]}, "why": WHY}),
        "NamespaceDefinition": _NAMESPACE_DEFINITION,
        "Namespace": closed(
            {
                "definition": ref("NamespaceDefinition"),
                "revision": COUNT,
                "free": _RANGES,
                "owned": list_of(_OWNERSHIP),
                "resting": list_of(_RESTING),
                "changed": CHANGED,
            }
        ),
        "Namespaces": closed({"namespaces": list_of(ref("Namespace"))}),
        "NamespaceHistory": closed({"revisions": list_of(ref("Namespace"))}),
        "DefineNamespace": closed({"definition": ref("NamespaceDefinition"), "why": WHY}),
        "Holdout": closed({"holdout_bps": BPS, "why": WHY}),
        "FlagDefinition": _FLAG_DEFINITION,
        "Flag": closed(
            {
                "definition": ref("FlagDefinition"),
                "enabled": YES,
                "is_archived": YES,
                "revision": COUNT,
                "changed": CHANGED,
            }
        ),
        "Flags": closed({"flags": list_of(ref("Flag"))}),
        "FlagHistory": closed({"revisions": list_of(ref("Flag"))}),
        "DefineFlag": closed({"definition": ref("FlagDefinition"), "why": WHY}),
        "Slots": closed({"slots": _RANGES}),
        "ForceVariant": closed({"variant": TEXT, "days": COUNT, "why": WHY}),
        "Override": closed({"subject": TEXT, "variant": TEXT, "by": TEXT, "why": TEXT, "expires_at": INSTANT}),
        "Removed": closed({"removed": YES}),
        "ExplainUnit": closed({"model": TEXT, "unit_type": TEXT, "unit_id": TEXT}, {"attributes": {"type": "object"}}),
        "ExplainedUnit": closed(
            {
                "explanations": list_of(_EXPLANATION),
                "snapshot_number": {"type": "integer", "minimum": 0},
                "state_failure": {"type": ["string", "null"]},
            }
        ),
        "Merge": closed({"unit_type": TEXT, "anonymous_id": TEXT, "known_id": TEXT}),
        "Merger": closed({"agreeing": list_of(TEXT), "crossed_over": list_of(TEXT)}),
    }
)
