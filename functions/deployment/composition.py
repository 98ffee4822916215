"""The deployment function put together from its ports: CloudFormation's calls in, one answer each out."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from functions.deployment.steps import StepCall, Steps
from sluice.adapters.cloudformation_answer import CustomResourceAnswer
from sluice.errors import NotAvailable

SendAnswer = Callable[[Mapping[str, Any], CustomResourceAnswer], None]

_LAST_MOMENT_MS = 15_000
_PAUSES_SECONDS = (2, 5, 10, 20, 30)
_TOO_LATE = "the step did not end in time; nothing says whether it is done, so deploy again: every step can be repeated"


def build_handler(
    steps: Steps, *, send: SendAnswer, logger: Logger, sleep: Callable[[float], object] = time.sleep
) -> Callable[[dict[str, Any], Any], None]:
    """The Lambda handler. It always answers, once: a stack that hears nothing waits until its resource times out."""

    @logger.inject_lambda_context
    def handle(event: dict[str, Any], context: Any) -> None:
        answered = _OneAnswer(event, send, logger)
        late = CustomResourceAnswer(_physical_id(event), failure=_TOO_LATE)
        seconds = max(0.0, (context.get_remaining_time_in_millis() - _LAST_MOMENT_MS) / 1_000)
        last_moment = threading.Timer(seconds, answered.give, [late])
        last_moment.daemon = True
        last_moment.start()
        try:
            answered.give(_outcome(event, steps, logger, sleep))
        finally:
            last_moment.cancel()

    return handle


class _OneAnswer:
    """Of the step's answer and the last moment's, the first one goes out."""

    def __init__(self, event: Mapping[str, Any], send: SendAnswer, logger: Logger) -> None:
        self._event, self._send, self._logger = event, send, logger
        self._free = threading.Lock()

    def give(self, answer: CustomResourceAnswer) -> None:
        if self._free.acquire(blocking=False):
            self._send(self._event, answer)
            self._logger.info("answered", outcome=dict(answer.data), failure=answer.failure)


def _outcome(
    event: Mapping[str, Any], steps: Steps, logger: Logger, sleep: Callable[[float], object]
) -> CustomResourceAnswer:
    try:
        if event["RequestType"] == "Delete":
            return CustomResourceAnswer(_physical_id(event))
        call = StepCall.from_properties(_properties(event))
        return CustomResourceAnswer(_physical_id(event), _patiently(steps, call, sleep))
    except Exception as error:  # the boundary: whatever happened, CloudFormation must hear of it
        logger.exception("the step failed")
        return CustomResourceAnswer(_physical_id(event), failure=str(error) or type(error).__name__)


def _patiently(steps: Steps, call: StepCall, sleep: Callable[[float], object]) -> dict[str, str]:
    """Repeat a step that found something not available; each can be repeated.

    A stack calls seconds after it made this function's role, and AWS may deny what a role may do for a minute longer.
    """
    for pause_seconds in _PAUSES_SECONDS:
        try:
            return steps.take(call)
        except NotAvailable:
            sleep(pause_seconds)
    return steps.take(call)


def _physical_id(event: Mapping[str, Any]) -> str:
    """The same for ever, so that no update ever looks like a replacement."""
    given = event.get("PhysicalResourceId")
    return str(given or f"{_properties(event).get('Step')}/{_properties(event).get('Model')}")


def _properties(event: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = event.get("ResourceProperties") or {}
    return properties
