"""A handler in this process, called as AWS's runtime client would call it in a process of its own."""

import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from awslambdaric.lambda_runtime_exception import FaultException
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from sluice.local.gateway.event import GATEWAY_EVENT_START
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.environment import RuntimeAnswer, RuntimeRequest, answer_of, error_document
from sluice.local.lambda_host.log_store import log_group_of

Handler = Callable[[Any, Any], Any]
HandlerFactory = Callable[[FunctionVersion], Handler]
"""Makes the handler of a function version; runs once per environment, on the thread that calls the handler."""

_PLAIN = frozenset({str, int, bool, type(None)})
_TEXT = frozenset({str})
# From here on, how the runtime client spaces its JSON may decide whether an answer is too large.
_LARGE_BYTES = 1024 * 1024


class InProcessContext(NamedTuple):
    """What a handler may ask of its context, named as `awslambdaric` names it. The deadline is epoch time."""

    aws_request_id: str
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    deadline_ms: int

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time limit, never negative."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


class HandlerCall:
    """One environment's handler. Making it may raise whatever the factory raises."""

    def __init__(self, version: FunctionVersion, factory: HandlerFactory, *, log_stream: str) -> None:
        self._handler = factory(version)
        self._marshaller = LambdaMarshaller()
        self._function = (version.function_name, version.function_version, str(version.settings.memory_mb))
        self._logs = (log_group_of(version.function_name), log_stream)

    def answer(self, request: RuntimeRequest) -> RuntimeAnswer:
        """Never raises: what the handler raises is its answer."""
        arn, deadline_ms = request.invoked_arn, request.deadline_ms
        context = InProcessContext(request.request_id, arn, *self._function, *self._logs, deadline_ms)
        try:
            return answer_of(self._marshal(self._handler(self._unmarshal(request.payload), context)))
        except BaseException as error:  # noqa: BLE001 - the boundary where any failure is a function error
            return failure_answer(error, request.request_id)

    def _unmarshal(self, payload: bytes) -> Any:
        if payload.startswith(GATEWAY_EVENT_START):
            # The gateway wrote it, so it holds no number that two parsers read differently.
            return orjson.loads(payload)
        return self._marshaller.unmarshal_request(payload)

    def _marshal(self, result: Any) -> bytes:
        if type(result) is dict and all(map(_is_plain, result.values())):
            try:
                payload = orjson.dumps(result)
            except TypeError:
                # Keys that are no text, halves of characters: the client has its own ways with them.
                return self._as_the_client_does(result)
            if len(payload) < _LARGE_BYTES:
                return payload
        return self._as_the_client_does(result)

    def _as_the_client_does(self, result: Any) -> bytes:
        payload, _ = self._marshaller.marshal_response(result)
        return payload if isinstance(payload, bytes) else payload.encode()


def failure_answer(error: BaseException, request_id: str) -> RuntimeAnswer:
    """What Lambda answers for a handler, or a factory, that raised `error`."""
    if isinstance(error, SystemExit):
        # Lambda's process would have ended here.
        status = error.code if isinstance(error.code, int) else 1
        document = error_document("Runtime.ExitError", f"Runtime exited with error: exit status {status}", request_id)
        return RuntimeAnswer(document, failed=True, reusable=False)
    fault = error if isinstance(error, FaultException) else None
    document = orjson.dumps(
        {
            "errorMessage": fault.msg if fault else str(error),
            "errorType": fault.exception_type if fault else type(error).__name__,
            "requestId": request_id,
            "stackTrace": [] if fault else traceback.format_tb(error.__traceback__)[1:],
        }
    )
    return RuntimeAnswer(document, failed=True)


def _is_plain(value: Any) -> bool:
    """Whether orjson and the runtime client write the same JSON for it, but for its spaces."""
    if type(value) is dict:
        return _TEXT.issuperset(map(type, value.values()))
    return type(value) in _PLAIN
