"""Experiments, namespaces and flags as answers."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import Response

from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.experiments import experiment_document, flag_document, namespace_document
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.ports import ChangeNote
from sluice.experiments.range_documents import ranges_to_document
from sluice.experiments.revisions import ExperimentRevision, NamespaceRevision
from sluice.experiments.slot_map import slot_map


def answer(document: Any, status: int = 200, *, revision: int | None = None) -> Response:
    """The document, and its revision as its ETag."""
    headers = {} if revision is None else {"etag": f'"{revision}"'}
    return to_response(json_answer(status, document, headers))


def experiment_view(revision: ExperimentRevision) -> dict[str, Any]:
    """`definition` is what a person would write; beside it stands what its life added."""
    experiment = revision.experiment
    stored = experiment_document.experiment_to_document(experiment)
    return _view(revision.note, experiment_document.written_part(experiment), stored)


def experiment_answer(revision: ExperimentRevision, status: int = 200) -> Response:
    """One experiment."""
    return answer(experiment_view(revision), status, revision=revision.experiment.revision)


def namespace_view(revision: NamespaceRevision, *, now: datetime) -> dict[str, Any]:
    """`definition` is what a person would write; beside it stands who has which slots."""
    namespace = revision.namespace
    slots = slot_map(namespace, now=now)
    return {
        "definition": namespace_document.written_part(namespace),
        "revision": namespace.revision,
        "free": ranges_to_document(slots.free),
        "owned": [{"experiment": it.experiment, "slots": ranges_to_document(it.slots)} for it in slots.owned],
        "resting": [
            {"experiment": it.experiment, "slots": ranges_to_document(it.slots), "until": it.until.isoformat()}
            for it in slots.resting
        ],
        "changed": note_view(revision.note),
    }


def namespace_answer(revision: NamespaceRevision, status: int = 200, *, now: datetime) -> Response:
    """One namespace."""
    return answer(namespace_view(revision, now=now), status, revision=revision.namespace.revision)


def flag_view(revision: FlagRevision) -> dict[str, Any]:
    """`definition` is what a person would write; beside it stands what its life added."""
    return _view(
        revision.note, flag_document.written_part(revision.flag), flag_document.flag_to_document(revision.flag)
    )


def flag_answer(revision: FlagRevision, status: int = 200) -> Response:
    """One flag."""
    return answer(flag_view(revision), status, revision=revision.flag.revision)


def _view(note: ChangeNote, written: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    life = {name: value for name, value in stored.items() if name not in written}
    return {"definition": written, **life, "changed": note_view(note)}


def note_view(note: ChangeNote) -> dict[str, Any]:
    """Who made the revision, when, why, and by which move."""
    return asdict(note) | {"at": note.at.isoformat()}


def history_answer(views: Sequence[dict[str, Any]]) -> Response:
    """Every revision, oldest first."""
    return answer({"revisions": list(views)})
