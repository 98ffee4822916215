"""Polls one queue and invokes one function, as Lambda's pollers do: a message is deleted once it is done with.

What fails, or is never answered, becomes visible again when its time is over, by the plane's clock; after as many
tries as the queue allows it goes to the dead letters. Between two looks at an empty queue real time passes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import orjson

from sluice.local.aws_errors import AwsError
from sluice.local.event_sources.mapping import EventSourceMapping
from sluice.local.event_sources.sqs_calls import SqsCalls
from sluice.local.event_sources.sqs_event import Message, delivered, sqs_event
from sluice.local.lambda_host.invocation import FunctionInvoker

_LOGGER = logging.getLogger(__name__)
_PAUSE_SECONDS = 0.2


class QueuePoller:
    """One batch at a time. Everything but the constructor belongs to one event loop.

    Nothing is asked of the queue while `is_live` says that there is no function to give it to.
    """

    def __init__(
        self, mapping: EventSourceMapping, *, sqs: SqsCalls, invoker: FunctionInvoker, is_live: Callable[[], bool]
    ) -> None:
        self._mapping = mapping
        self._sqs = sqs
        self._invoker = invoker
        self._is_live = is_live
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Poll from now on."""
        self._task = asyncio.create_task(self._poll_for_ever())

    async def stop(self) -> None:
        """Stop polling. A batch that a function still works on comes again, for it is not deleted."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def poll_once(self) -> bool:
        """Take one batch to its end; whether all that the queue gave is done with, and more may be there."""
        messages = await asyncio.to_thread(self._receive)
        if not messages:
            return False
        done = await self._invoke(messages)
        if done:
            await asyncio.to_thread(self._delete, done)
        return len(done) == len(messages)

    async def _poll_for_ever(self) -> None:
        while True:
            if not (self._is_live() and await self.poll_once()):
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _invoke(self, messages: Sequence[Message]) -> Sequence[Message]:
        mapping = self._mapping
        event = orjson.dumps(sqs_event(messages, queue_arn=self._sqs.queue_arn(mapping.queue_name)))
        try:
            invocation = await self._invoker.invoke(mapping.function_name, mapping.qualifier, event)
        except AwsError as error:
            _LOGGER.warning("%s was not invoked: %s", mapping.function_name, error)
            return ()
        return delivered(invocation, messages)

    def _receive(self) -> Sequence[Message]:
        try:
            found = self._sqs.call(
                "ReceiveMessage",
                QueueUrl=self._mapping.queue_name,
                MaxNumberOfMessages=self._mapping.batch_size,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except AwsError as error:
            # The queue is not there yet, or the plane cannot write; whoever sends to it hears the same.
            _LOGGER.debug("%s cannot be read: %s", self._mapping.queue_name, error)
            return ()
        messages: Sequence[Any] = found.get("Messages", ())
        return messages

    def _delete(self, done: Sequence[Message]) -> None:
        entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(done)]
        try:
            self._sqs.call("DeleteMessageBatch", QueueUrl=self._mapping.queue_name, Entries=entries)
        except AwsError as error:
            _LOGGER.warning("%d messages of %s will come again: %s", len(done), self._mapping.queue_name, error)
