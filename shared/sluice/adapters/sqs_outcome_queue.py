"""Outcomes in an SQS queue, in as few calls as SQS's limits allow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.errors import StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_to_bytes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

CALL_LIMIT_MESSAGES = 10
CALL_LIMIT_BYTES = 256 * 1024
"""What SendMessageBatch takes in one call, all messages together. (Amazon SQS developer guide, "message quotas".)"""

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 5
RETRY_COUNT = 2

Message = tuple[int, str]
"""Position among the outcomes, and body."""


def sqs_client(*, region: str | None = None, endpoint_url: str | None = None) -> "SQSClient":
    """A client that gives up while the caller's caller still waits."""
    import boto3  # heavy; imported by the functions that send
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1 + RETRY_COUNT},
    )
    return boto3.client("sqs", region_name=region, endpoint_url=endpoint_url, config=config)


class SqsOutcomeQueue:
    """`experiments.outcome_ports.OutcomeQueue` over SQS."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        """See the port. After a call that fails as a whole no other is tried: each could take seconds to fail, too."""
        messages = [(position, outcome_to_bytes(outcome).decode()) for position, outcome in enumerate(outcomes)]
        refused: dict[int, str] = {}
        waiting = list(chunks_of(messages))
        while waiting:
            try:
                refused |= self._send_chunk(waiting[0])
            except (BotoCoreError, ClientError) as error:
                unsent = {position: str(error) for chunk in waiting for position, _ in chunk}
                if len(refused) + len(unsent) == len(messages):
                    raise StoreUnavailable(f"queue {self._queue_url}", str(error)) from error
                return refused | unsent
            del waiting[0]
        return refused

    def _send_chunk(self, chunk: Sequence[Message]) -> dict[int, str]:
        """What SQS refused of one call."""
        answer = self._client.send_message_batch(
            QueueUrl=self._queue_url,
            Entries=[{"Id": str(position), "MessageBody": body} for position, body in chunk],
        )
        failures = answer.get("Failed", [])
        return {int(each["Id"]): f"{each['Code']}: {each.get('Message', 'no reason given')}" for each in failures}


def chunks_of(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages in order, cut where the next one would exceed what a call takes."""
    chunk: list[Message] = []
    size_bytes = 0
    for position, body in messages:
        body_bytes = len(body.encode())
        if chunk and (len(chunk) == CALL_LIMIT_MESSAGES or size_bytes + body_bytes > CALL_LIMIT_BYTES):
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append((position, body))
        size_bytes += body_bytes
    if chunk:
        yield chunk
