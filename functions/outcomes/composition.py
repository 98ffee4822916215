"""The two functions of outcomes put together from their ports."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from functions.outcomes.intake import take_in
from sluice.adapters.http_answer import HttpAnswer
from sluice.adapters.http_errors import answer_for
from sluice.errors import SluiceError
from sluice.experiments.outcome_ports import OutcomeStore
from sluice.experiments.unit import unit_key_of
from sluice.usecases.accept_outcomes import IntakePorts
from sluice.usecases.deliver_outcome import deliver_outcome

Handler = Callable[[dict[str, Any], Any], Any]

_REQUEST_ID = "requestContext.requestId"


def unit_keys(read_secret: Callable[[], bytes]) -> Callable[[str, str], str]:
    """(unit type, unit id) to the unit's key; the secret is read when the first unit comes, and then kept."""
    secret = cache(read_secret)
    return lambda unit_type, unit_id: unit_key_of(secret(), unit_type, unit_id)


def build_handler(ports: IntakePorts, *, logger: Logger) -> Handler:
    """The handler of `POST /v1/outcomes`: one log line per request, with API Gateway's request id and no content."""

    @logger.inject_lambda_context(correlation_id_path=_REQUEST_ID)
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 Lambda's signature
        answer = _answer(event, ports, logger)
        logger.info("answered", status=answer.status)
        return answer.to_event()

    return handle


def build_delivery_handler(store: OutcomeStore, *, logger: Logger) -> Handler:
    """The handler of the queue's batches. It names the messages that failed, and the queue keeps those alone.

    If all of a batch failed, it raises: then the function's own error count shows that the store is down.
    """
    # Powertools' Logger is one by its methods, not by its class.
    processor = BatchProcessor(EventType.SQS, logger=cast("logging.Logger", logger))

    def deliver(record: SQSRecord) -> bool:
        return deliver_outcome(record.body, store=store)

    @logger.inject_lambda_context
    def handle(event: dict[str, Any], context: Any) -> Any:
        with processor(records=event["Records"], handler=deliver, lambda_context=context):
            results = [(verdict, stored) for verdict, stored, _ in processor.process()]
            delivered = [stored for verdict, stored in results if verdict == "success"]
            logger.info(
                "delivered",
                stored=delivered.count(True),
                already_there=delivered.count(False),
                failed=len(results) - len(delivered),
            )
        return processor.response()

    return handle


def _answer(event: dict[str, Any], ports: IntakePorts, logger: Logger) -> HttpAnswer:
    try:
        return take_in(event, ports=ports)
    except SluiceError as refusal:
        return answer_for(refusal)
    except Exception as error:  # the boundary: a bug must be answered, and found in the log
        logger.exception("a fault in Sluice")
        return answer_for(error)
