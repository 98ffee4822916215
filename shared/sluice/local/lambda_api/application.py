"""The Lambda API over HTTP, as far as the local plane simulates it; everything else is refused by name."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_api import alias_operations, function_operations, provisioned_operations
from sluice.local.lambda_api.call import ApiCall, Operation
from sluice.local.lambda_api.invoke_operation import invoke_function
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.refusals import TooManyRequests, service_failure
from sluice.local.lambda_host.invocation import FunctionInvoker, Invocation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROOT = "/2015-03-31/functions"
_FUNCTION = f"{_ROOT}/<function_name>"
_PROVISIONED = "/2019-09-30/functions/<function_name>/provisioned-concurrency"
_OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("POST", _ROOT, function_operations.create_function),
    ("GET", _ROOT, function_operations.list_functions),
    ("GET", _FUNCTION, function_operations.get_function),
    ("DELETE", _FUNCTION, function_operations.delete_function),
    ("GET", f"{_FUNCTION}/configuration", function_operations.get_function_configuration),
    ("PUT", f"{_FUNCTION}/configuration", function_operations.update_function_configuration),
    ("PUT", f"{_FUNCTION}/code", function_operations.update_function_code),
    ("POST", f"{_FUNCTION}/versions", function_operations.publish_version),
    ("GET", f"{_FUNCTION}/versions", function_operations.list_versions),
    ("POST", f"{_FUNCTION}/aliases", alias_operations.create_alias),
    ("GET", f"{_FUNCTION}/aliases", alias_operations.list_aliases),
    ("GET", f"{_FUNCTION}/aliases/<alias>", alias_operations.get_alias),
    ("PUT", f"{_FUNCTION}/aliases/<alias>", alias_operations.update_alias),
    ("DELETE", f"{_FUNCTION}/aliases/<alias>", alias_operations.delete_alias),
    ("POST", f"{_FUNCTION}/invocations", invoke_function),
    ("PUT", _PROVISIONED, provisioned_operations.put_provisioned),
    ("GET", _PROVISIONED, provisioned_operations.get_or_list_provisioned),
    ("DELETE", _PROVISIONED, provisioned_operations.delete_provisioned),
)
_ROUTES = Map(
    [Rule(path, methods=[method], endpoint=operation) for method, path, operation in _OPERATIONS],
    strict_slashes=False,
)
# These shapes of the API model spell their message member with a capital letter.
_CAPITAL_MESSAGE = frozenset(("ResourceNotFoundException", "ServiceException"))


def lambda_wsgi_app(functions: LambdaFunctions, host: FunctionInvoker, loop: AbstractEventLoop) -> "WSGIApplication":
    """The API as a WSGI application for server threads; invocations run on `loop`, where the host lives."""

    def post(function_name: str, qualifier: str, payload: bytes) -> "Future[Invocation]":
        return asyncio.run_coroutine_threadsafe(host.invoke(function_name, qualifier, payload), loop)

    def invoke(function_name: str, qualifier: str, payload: bytes) -> Invocation:
        return post(function_name, qualifier, payload).result()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = _answer(request, lambda path: ApiCall(request, path, functions, invoke, post))
        response.headers["x-amzn-RequestId"] = str(uuid4())
        return response(environ, start_response)

    return application


def _answer(request: Request, call_of: Callable[[Mapping[str, str]], ApiCall]) -> Response:
    try:
        endpoint, path = _ROUTES.bind_to_environ(request.environ).match()
        operation: Operation = endpoint
        return operation(call_of(path))
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
