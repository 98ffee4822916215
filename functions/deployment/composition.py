"""The deployment function put together from its ports: CloudFormation's calls in, one answer each out."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from functions.deployment.steps import StepCall, Steps
from sluice.adapters.cloudformation_answer import CustomResourceAnswer
from sluice.errors import NotAvailable, SluiceError

SendAnswer = Callable[[Mapping[str, Any], CustomResourceAnswer], None]

_LAST_MOMENT_MS = 15_000
_PAUSES_SECONDS = (2, 5, 10, 20, 30)
_TOO_LATE = "the step did not end in time; nothing says whether it is done, so deploy again: every step can be repeated"


def build_handler(
    steps: Steps, *, send: SendAnswer, logger: Logger, sleep: Callable[[float], object] = time.sleep
) -> Callable[[dict[str, Any], Any], None]:
    """The Lambda handler. It always answers, once: a stack that hears nothing waits until its resource times out.

    If nobody takes the answer, it fails; then Lambda, which was called asynchronously, calls it again.
    """

    @logger.inject_lambda_context
    def handle(event: dict[str, Any], context: Any) -> None:
        answered = _OneAnswer(event, send, logger)
        seconds = max(0.0, (context.get_remaining_time_in_millis() - _LAST_MOMENT_MS) / 1_000)
        last_moment = threading.Timer(seconds, answered.give_if_possible, [_too_late(event)])
        last_moment.daemon = True
        last_moment.start()
        try:
            answered.give(_outcome(event, steps, logger, sleep))
        finally:
            last_moment.cancel()

    return handle


class _OneAnswer:
    """Of the step's answer and the last moment's, the first one that is taken counts; the other waits for it."""

    def __init__(self, event: Mapping[str, Any], send: SendAnswer, logger: Logger) -> None:
        self._event, self._send, self._logger = event, send, logger
        self._sending = threading.Lock()
        self._is_given = False

    def give(self, answer: CustomResourceAnswer) -> None:
        """Send the answer, unless one was taken already. Raises what `send` raises."""
        with self._sending:
            if not self._is_given:
                self._send(self._event, answer)
                self._is_given = True
                self._logger.info("answered", outcome=dict(answer.data), failure=answer.failure)

    def give_if_possible(self, answer: CustomResourceAnswer) -> None:
        """The same, on a thread of its own, where nobody would hear of a failure."""
        try:
            self.give(answer)
        except Exception:  # the boundary of the thread
            self._logger.exception("nobody took the answer of the last moment")


def _outcome(
    event: Mapping[str, Any], steps: Steps, logger: Logger, sleep: Callable[[float], object]
) -> CustomResourceAnswer:
    try:
        if event["RequestType"] == "Delete":
            return CustomResourceAnswer(_physical_id(event))
        call = StepCall.from_properties(_properties(event))
        return CustomResourceAnswer(_physical_id(event), _patiently(steps, call, sleep))
    except SluiceError as refusal:
        logger.warning("the step was refused", exc_info=True)
        return CustomResourceAnswer(_physical_id(event), failure=str(refusal))
    except Exception as error:  # the boundary: whatever happened, CloudFormation must hear of it
        logger.exception("the step failed")
        why = f"a fault in Sluice, {type(error).__name__}: {error}; the deployment function's log has the rest"
        return CustomResourceAnswer(_physical_id(event), failure=why)


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


def _too_late(event: Mapping[str, Any]) -> CustomResourceAnswer:
    return CustomResourceAnswer(_physical_id(event), failure=_TOO_LATE)


def _physical_id(event: Mapping[str, Any]) -> str:
    """The same for ever, so that no update ever looks like a replacement."""
    given = event.get("PhysicalResourceId")
    return str(given or f"{_properties(event).get('Step')}/{_properties(event).get('Model')}")


def _properties(event: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = event.get("ResourceProperties") or {}
    return properties
