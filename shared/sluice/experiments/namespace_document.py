"""A namespace as a document of JSON values: what a person writes, and beside it, in the store, who has its slots.

| member | meaning |
|---|---|
| key, description | its name, and what it is for |
| unit_type, seed | what is drawn, and with which draw; optional |
| holdout_bps | the share of units that are in no experiment of it |
| precedence, quarantine_days | who comes first among namespaces, and how long slots rest |
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sluice.catalog.problem_sentences import found_and_allowed
from sluice.experiments.document_fields import Document, Fields, refuse_oversize, subject_of
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.range_documents import ranges_from_document, ranges_to_document

_WRITTEN = ("key", "description", "unit_type", "seed", "holdout_bps", "precedence", "quarantine_days")
_LIFE = ("owned", "quarantined", "revision")
_WHY_NOT_WRITTEN = MappingProxyType(
    {
        "owned": "experiments claim slots when they start",
        "quarantined": "experiments leave slots to rest when they are concluded",
        "revision": "it is counted with every change",
    }
)


def namespace_to_document(namespace: Namespace) -> Document:
    """Everything, as it is stored."""
    return {
        **written_part(namespace),
        "owned": [{"experiment": it.experiment, "slots": ranges_to_document(it.slots)} for it in namespace.owned],
        "quarantined": [
            {"experiment": it.experiment, "slots": ranges_to_document(it.slots), "until": it.until.isoformat()}
            for it in namespace.quarantined
        ],
        "revision": namespace.revision,
    }


def written_part(namespace: Namespace) -> Document:
    """What a person would have to write to get this namespace, with nobody in it."""
    return {name: getattr(namespace, name) for name in _WRITTEN}


def namespace_from_document(document: Any) -> Namespace:
    """The inverse of `namespace_to_document`. Raises InvalidDefinition."""
    fields = Fields(subject_of("namespace", document), document, known=(*_WRITTEN, *_LIFE))
    life = {
        "owned": tuple(map(_ownership, fields.parts("owned", ("experiment", "slots")))),
        "quarantined": tuple(map(_quarantine, fields.parts("quarantined", ("experiment", "slots", "until")))),
        "revision": fields.required("revision", int),
    }
    return _namespace(fields, life)


def namespace_from_written(document: Any) -> Namespace:
    """The namespace that a person's document describes, with nobody in it.

    Raises InvalidDefinition for the first rule that it breaks; who has which slots is refused with the reason.
    """
    fields = Fields(subject_of("namespace", document), document, known=_WRITTEN, refused=_WHY_NOT_WRITTEN)
    namespace = _namespace(fields, {})
    refuse_oversize(namespace.subject, written_part(namespace))
    return namespace


def _namespace(fields: Fields, life: Mapping[str, Any]) -> Namespace:
    optional = fields.given(
        description=str, unit_type=str, seed=str, holdout_bps=int, precedence=int, quarantine_days=int
    )
    key = fields.required("key", str)
    with fields.placed():
        return Namespace(key, **optional, **life)


def _ownership(fields: Fields) -> Ownership:
    return Ownership(fields.required("experiment", str), ranges_from_document(fields, "slots"))


def _quarantine(fields: Fields) -> Quarantine:
    slots = ranges_from_document(fields, "slots")
    return Quarantine(fields.required("experiment", str), slots, _instant(fields, "until"))


def _instant(fields: Fields, name: str) -> datetime:
    text = fields.required(name, str)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise fields.refusal(name, found_and_allowed(text, "an instant with its offset, as ISO 8601 writes it"))
    return at
