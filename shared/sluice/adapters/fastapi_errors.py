"""The error table in FastAPI: every error answer of an application has the protocol's shape."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.adapters.http_errors import answer_for
from sluice.errors import SluiceError


def to_response(answer: HttpAnswer) -> Response:
    """The answer as Starlette sends it."""
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


def install_error_handlers(app: FastAPI) -> None:
    """Answer errors from the table; routes and methods that do not exist in the same shape."""

    @app.exception_handler(HTTPException)
    async def routing_error(request: Request, error: HTTPException) -> Response:
        sentence = f"{request.method} {request.url.path}: {error.detail}"
        return to_response(json_answer(error.status_code, {"error": sentence}, _headers(error.headers)))

    @app.exception_handler(SluiceError)
    @app.exception_handler(Exception)
    async def error_by_the_table(request: Request, error: Exception) -> Response:  # noqa: ARG001 Starlette's signature
        return to_response(answer_for(error))


def _headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
