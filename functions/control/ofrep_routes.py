"""Flags for any OpenFeature client: the OpenFeature Remote Evaluation Protocol 0.3.0, without its event streams."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from functions.control.ofrep_answers import bulk_answer, error_answer, single_answer
from functions.control.ofrep_request import read_context
from functions.control.request_rate import RequestRate
from sluice.adapters.entity_tags import names
from sluice.adapters.fastapi_errors import to_response
from sluice.adapters.http_answer import json_answer
from sluice.errors import SluiceError
from sluice.usecases.evaluate_flags import FlagPorts, evaluate_flag, evaluate_flags


def create_ofrep_app(ports: FlagPorts, rate: RequestRate) -> FastAPI:
    """The application, to be mounted at `/ofrep`; all its errors have the protocol's shape."""
    app = FastAPI(title="Flags", openapi_url=None, redirect_slashes=False)
    _install_errors(app)

    # No event stream: a Lambda function behind API Gateway cannot hold one open. Clients poll, and ETags keep it cheap.
    @app.post("/v1/evaluate/flags")
    async def evaluate_all(request: Request) -> Response:
        """Every flag for one context; 304 without a body where the client has the answer."""
        rate.take()
        context, known = read_context(await request.body()), request.headers.get("if-none-match", "")
        etag, evaluated = evaluate_flags(context, is_known=lambda etag: names(known, etag), ports=ports)
        if evaluated is None:
            return Response(status_code=304, headers={"etag": f'"{etag}"'})
        return to_response(bulk_answer(evaluated, etag))

    # `path`: clients send keys as they are, and a key with a slash is an unknown flag, not an unknown path.
    @app.post("/v1/evaluate/flags/{key:path}")
    async def evaluate_one(key: str, request: Request) -> Response:
        """One flag for one context."""
        rate.take()
        context = read_context(await request.body())
        return to_response(single_answer(evaluate_flag(key, context, ports=ports)))

    return app


def _install_errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def routing_error(request: Request, error: HTTPException) -> Response:
        sentence = f"{request.method} {request.url.path}: {error.detail}"
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        return to_response(json_answer(error.status_code, {"errorDetails": sentence}, headers))

    @app.exception_handler(SluiceError)
    @app.exception_handler(Exception)
    async def error_by_the_table(request: Request, error: Exception) -> Response:
        return to_response(error_answer(error, request.path_params.get("key")))
