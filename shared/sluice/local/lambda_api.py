"""The Lambda API over HTTP, as far as the local plane simulates it; everything else is refused by name."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from sluice.local import lambda_api_aliases, lambda_api_functions
from sluice.local.aws_errors import AwsError
from sluice.local.invocation import FunctionInvoker, Invocation
from sluice.local.lambda_api_call import ApiCall, Operation
from sluice.local.lambda_api_invoke import invoke
from sluice.local.lambda_functions import LambdaFunctions
from sluice.local.lambda_refusals import TooManyRequests, service_failure

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROOT = "/2015-03-31/functions"
_FUNCTION = f"{_ROOT}/<function_name>"
_OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("POST", _ROOT, lambda_api_functions.create_function),
    ("GET", _ROOT, lambda_api_functions.list_functions),
    ("GET", _FUNCTION, lambda_api_functions.get_function),
    ("DELETE", _FUNCTION, lambda_api_functions.delete_function),
    ("GET", f"{_FUNCTION}/configuration", lambda_api_functions.get_function_configuration),
    ("PUT", f"{_FUNCTION}/configuration", lambda_api_functions.update_function_configuration),
    ("PUT", f"{_FUNCTION}/code", lambda_api_functions.update_function_code),
    ("POST", f"{_FUNCTION}/versions", lambda_api_functions.publish_version),
    ("GET", f"{_FUNCTION}/versions", lambda_api_functions.list_versions),
    ("POST", f"{_FUNCTION}/aliases", lambda_api_aliases.create_alias),
    ("GET", f"{_FUNCTION}/aliases", lambda_api_aliases.list_aliases),
    ("GET", f"{_FUNCTION}/aliases/<alias>", lambda_api_aliases.get_alias),
    ("PUT", f"{_FUNCTION}/aliases/<alias>", lambda_api_aliases.update_alias),
    ("DELETE", f"{_FUNCTION}/aliases/<alias>", lambda_api_aliases.delete_alias),
    ("POST", f"{_FUNCTION}/invocations", invoke),
)
_ROUTES = Map(
    [Rule(path, methods=[method], endpoint=operation) for method, path, operation in _OPERATIONS],
    strict_slashes=False,
)
# These shapes of the API model spell their message member with a capital letter.
_CAPITAL_MESSAGE = frozenset(("ResourceNotFoundException", "ServiceException"))


def lambda_wsgi_app(functions: LambdaFunctions, host: FunctionInvoker, loop: AbstractEventLoop) -> "WSGIApplication":
    """The API as a WSGI application for server threads; invocations run on `loop`, where the host lives."""

    def invoke_on_loop(function_name: str, qualifier: str, payload: bytes) -> Invocation:
        return asyncio.run_coroutine_threadsafe(host.invoke(function_name, qualifier, payload), loop).result()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = _answer(request, functions, invoke_on_loop)
        response.headers["x-amzn-RequestId"] = str(uuid4())
        return response(environ, start_response)

    return application


def _answer(
    request: Request, functions: LambdaFunctions, invoke_on_loop: Callable[[str, str, bytes], Invocation]
) -> Response:
    try:
        endpoint, path = _ROUTES.bind_to_environ(request.environ).match()
        operation: Operation = endpoint
        return operation(ApiCall(request, path, functions, invoke_on_loop))
    except HTTPException:
        return _refusal(_unknown_operation(request))
    except AwsError as error:
        return _refusal(error)
    except Exception as error:  # noqa: BLE001 - the service's boundary: AWS answers its own faults with a 500
        return _refusal(service_failure(f"{type(error).__name__}: {error}"))


def _refusal(error: AwsError) -> Response:
    message_member = "Message" if error.code in _CAPITAL_MESSAGE else "message"
    body = {"Type": "User" if error.status < 500 else "Service", message_member: error.message}
    if isinstance(error, TooManyRequests):
        body["Reason"] = error.reason
    response = Response(orjson.dumps(body), status=error.status, content_type="application/json")
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _unknown_operation(request: Request) -> AwsError:
    message = f"The local plane does not simulate the Lambda operation {request.method} {request.path}"
    return AwsError("UnknownOperationException", 404, message)
