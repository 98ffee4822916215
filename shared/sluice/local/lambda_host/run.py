"""One environment, one time limit: its init phase, and one request in it."""

import asyncio
import time
from asyncio import Future

from sluice.local.lambda_host.environment import (
    ExecutionEnvironment,
    InitFailed,
    RuntimeAnswer,
    RuntimeRequest,
    error_document,
)


async def initialise(environment: ExecutionEnvironment, request_id: str, *, limit_seconds: float) -> None:
    """Start the environment within the limit. Raises InitFailed."""
    try:
        async with asyncio.timeout(limit_seconds):
            await environment.start(request_id)
    except TimeoutError as error:
        raise InitFailed(_timed_out(request_id, limit_seconds)) from error


def run_request(
    environment: ExecutionEnvironment, payload: bytes, *, request_id: str, invoked_arn: str, limit_seconds: float
) -> "Future[RuntimeAnswer]":
    """The environment's answer, or the platform's when the limit passes; then the environment is spent."""
    # Children read the machine's clock, so the deadline is in its time, whatever clock the plane runs by.
    deadline_ms = int((time.time() + limit_seconds) * 1000)
    answer = environment.invoke(RuntimeRequest(request_id, payload, invoked_arn, deadline_ms))
    if not answer.done():
        limit = asyncio.get_running_loop().call_later(limit_seconds, _cut_off, answer, request_id, limit_seconds)
        answer.add_done_callback(lambda _: limit.cancel())
    return answer


def _cut_off(answer: "Future[RuntimeAnswer]", request_id: str, limit_seconds: float) -> None:
    if not answer.done():
        answer.set_result(RuntimeAnswer(_timed_out(request_id, limit_seconds), failed=True, reusable=False))


def _timed_out(request_id: str, limit_seconds: float) -> bytes:
    return error_document("Sandbox.Timedout", f"Task timed out after {limit_seconds:.2f} seconds", request_id)
