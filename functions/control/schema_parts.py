"""What the control API's JSON schemas are made of."""

from typing import Any

Schema = dict[str, Any]


def closed(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these members and no others."""
    members = required | (optional or {})
    return {"type": "object", "required": list(required), "properties": members, "additionalProperties": False}


def list_of(items: Schema) -> Schema:
    """A list of any length."""
    return {"type": "array", "items": items}


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Schema = {"type": "string"}
WHY: Schema = {"type": "string", "minLength": 1, "maxLength": 2000, "description": "kept with the revision"}
COUNT: Schema = {"type": "integer", "minimum": 1}
BPS: Schema = {"type": "integer", "minimum": 0, "maximum": 10_000}
YES: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
