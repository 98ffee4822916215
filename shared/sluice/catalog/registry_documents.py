"""Releases, bindings and history events as JSON documents, which is how stores keep them.

The readers raise KeyError, TypeError or ValueError for a document that is not ours.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sluice.catalog.approval import HistoryEvent
from sluice.catalog.document_parts import Document
from sluice.catalog.release import Release, ReleaseBinding
from sluice.catalog.release_document import content_from_document, content_to_document


def release_to_document(release: Release) -> Document:
    """The content with its number, date, author and note."""
    return {
        "number": release.number,
        "content": content_to_document(release.content),
        "digest": release.digest,
        "published_by": release.published_by,
        "published_at": release.published_at.isoformat(),
        "note": release.note,
    }


def release_from_document(document: Mapping[str, Any]) -> Release:
    """The inverse of `release_to_document`."""
    at = datetime.fromisoformat(document["published_at"])
    return Release(**{**document, "content": content_from_document(document["content"]), "published_at": at})


def binding_to_document(binding: ReleaseBinding) -> Document:
    """A function version and its release."""
    return {**asdict(binding), "bound_at": binding.bound_at.isoformat()}


def binding_from_document(document: Mapping[str, Any]) -> ReleaseBinding:
    """The inverse of `binding_to_document`."""
    return ReleaseBinding(**{**document, "bound_at": datetime.fromisoformat(document["bound_at"])})


def event_to_document(event: HistoryEvent) -> Document:
    """Who did what, when and why."""
    return {**asdict(event), "at": event.at.isoformat()}


def event_from_document(document: Mapping[str, Any]) -> HistoryEvent:
    """The inverse of `event_to_document`."""
    return HistoryEvent(**{**document, "at": datetime.fromisoformat(document["at"])})
