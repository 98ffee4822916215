"""Experiments, namespaces and flags as answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import Response

from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.revision_views import experiment_view, flag_view, namespace_view
from sluice.experiments.revisions import ExperimentRevision, NamespaceRevision


def answer(document: Any, status: int = 200, *, revision: int | None = None) -> Response:
    """The document, and its revision as its ETag."""
    headers = {} if revision is None else {"etag": f'"{revision}"'}
    return to_response(json_answer(status, document, headers))


def experiment_answer(revision: ExperimentRevision, status: int = 200) -> Response:
    """One experiment."""
    return answer(experiment_view(revision), status, revision=revision.experiment.revision)


def namespace_answer(revision: NamespaceRevision, status: int = 200, *, now: datetime) -> Response:
    """One namespace."""
    return answer(namespace_view(revision, now=now), status, revision=revision.namespace.revision)


def flag_answer(revision: FlagRevision, status: int = 200) -> Response:
    """One flag."""
    return answer(flag_view(revision), status, revision=revision.flag.revision)


def history_answer(views: Sequence[dict[str, Any]]) -> Response:
    """Every revision, oldest first."""
    return answer({"revisions": list(views)})
