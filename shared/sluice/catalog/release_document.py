"""A release's content as its canonical document, which a function reads at cold start.

This module and all that it imports stay free of pydantic, YAML and rfc8785: they would cost every cold start.
"""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from sluice.catalog.canonical_json import to_canonical_bytes
from sluice.catalog.document_parts import (
    Document,
    artefact_from_document,
    artefact_to_document,
    model_from_document,
    model_to_document,
    reference_from_document,
    reference_to_document,
    signature_from_document,
    signature_to_document,
)
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings


def content_to_bytes(content: ReleaseContent) -> bytes:
    """The canonical document; its SHA-256 is the release's digest."""
    return to_canonical_bytes(content_to_document(content))


def content_digest(content: ReleaseContent) -> str:
    """What names the content, whoever publishes it and when."""
    return sha256(content_to_bytes(content)).hexdigest()


def content_to_document(content: ReleaseContent) -> Document:
    """Everything that a function needs to serve, in JSON types."""
    return {
        "model": model_to_document(content.model),
        "default_version": content.default_version,
        "preload": list(content.preload),
        "versions": {str(number): _version_to_document(each) for number, each in content.versions.items()},
        "settings": _settings_to_document(content.settings),
    }


def content_from_document(document: Mapping[str, Any]) -> ReleaseContent:
    """The inverse of `content_to_document`. Raises KeyError, TypeError or ValueError for anything else."""
    return ReleaseContent(
        model=model_from_document(document["model"]),
        default_version=document["default_version"],
        preload=tuple(document["preload"]),
        versions={int(number): _version_from_document(int(number), each) for number, each in _sorted(document)},
        settings=ReleaseSettings(**document["settings"]),
    )


def _settings_to_document(settings: ReleaseSettings) -> Document:
    """What differs from a default that came later is left out: functions of older code can read the rest."""
    document = asdict(settings)
    if not settings.result_cache_seconds:
        del document["result_cache_seconds"], document["result_cache_budget_bytes"]
    return document


def _sorted(document: Mapping[str, Any]) -> list[tuple[str, Document]]:
    return sorted(document["versions"].items(), key=lambda pair: int(pair[0]))


def _version_to_document(version: ReleasedVersion) -> Document:
    return {
        "artefact": artefact_to_document(version.artefact),
        "signature": signature_to_document(version.signature),
        **reference_to_document(version.reference),
    }


def _version_from_document(number: int, document: Mapping[str, Any]) -> ReleasedVersion:
    artefact = artefact_from_document(document["artefact"])
    signature = signature_from_document(document["signature"])
    return ReleasedVersion(number, artefact, signature, reference_from_document(document))
