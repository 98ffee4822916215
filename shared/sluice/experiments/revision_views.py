"""Experiments, namespaces and flags as JSON documents: what the control API answers, and `--json` prints.

`definition` is what a person would write; beside it stands what its life added, and who made this revision and why.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sluice.experiments import experiment_document, flag_document, namespace_document
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.ports import ChangeNote
from sluice.experiments.range_documents import ranges_to_document
from sluice.experiments.revisions import ExperimentRevision, NamespaceRevision
from sluice.experiments.slot_map import slot_map


def experiment_view(revision: ExperimentRevision) -> dict[str, Any]:
    """An experiment as one change left it."""
    written = experiment_document.written_part(revision.experiment)
    return _document(written, experiment_document.experiment_to_document(revision.experiment), revision.note)


def flag_view(revision: FlagRevision) -> dict[str, Any]:
    """A flag as one change left it."""
    written = flag_document.written_part(revision.flag)
    return _document(written, flag_document.flag_to_document(revision.flag), revision.note)


def namespace_view(revision: NamespaceRevision, *, now: datetime) -> dict[str, Any]:
    """A namespace, and who has which slots at `now`."""
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


def _document(written: Mapping[str, Any], stored: Mapping[str, Any], note: ChangeNote) -> dict[str, Any]:
    life = {name: value for name, value in stored.items() if name not in written}
    return {"definition": dict(written), **life, "changed": note_view(note)}


def note_view(note: ChangeNote) -> dict[str, Any]:
    """Who made the revision, when, why, and by which move."""
    return asdict(note) | {"at": note.at.isoformat()}
