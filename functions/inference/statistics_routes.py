"""Triton's statistics extension: what this execution environment has answered since it started."""

from fastapi import FastAPI, Response

from functions.inference.openapi_document import describe
from functions.inference.release_holder import ReleaseHolder
from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.inference.statistics import Statistics

_MODEL = "/v2/models/{model}/stats"
_VERSION = "/v2/models/{model}/versions/{model_version}/stats"


def add_statistics_routes(app: FastAPI, *, releases: ReleaseHolder, statistics: Statistics) -> None:
    """Of a model's versions, and of one."""

    @app.get(_MODEL, **describe("ModelStatistics", 404, 503))
    @app.get(_VERSION, **describe("ModelStatistics", 404, 503))
    async def model_statistics(model: str, model_version: str | None = None) -> Response:
        """Counts and durations of this execution environment since it started; CloudWatch has those of all."""
        return to_response(json_answer(200, statistics.document_of(releases.get().release, model, model_version)))
