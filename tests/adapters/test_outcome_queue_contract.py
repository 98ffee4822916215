"""One contract over both queues of outcomes, and what SQS does besides: limits, partial failure, throttling."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest
from werkzeug import Request, Response

from sluice.adapters.memory_outcomes import MemoryOutcomeQueue
from sluice.adapters.sqs_outcome_queue import SqsOutcomeQueue, chunks_of, sqs_client
from sluice.errors import StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_from_bytes
from sluice.experiments.outcome_ports import OutcomeQueue
from tests.adapters.conftest import REGION, serving
from tests.unit.experiments.outcome_builders import an_outcome

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Drain = Callable[[], list[Outcome]]


@pytest.fixture
def sqs(moto_url: str) -> Iterator["SQSClient"]:
    with closing(sqs_client(region=REGION, endpoint_url=moto_url)) as client:
        yield client


@pytest.fixture
def queue_url(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName=f"outcomes-{uuid4().hex}")["QueueUrl"]


def drain_sqs(sqs: "SQSClient", queue_url: str) -> list[Outcome]:
    found: list[Outcome] = []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        found.extend(outcome_from_bytes(message["Body"]) for message in messages)
    return found


@pytest.fixture(params=["memory", "sqs"])
def queue_and_drain(request: pytest.FixtureRequest) -> tuple[OutcomeQueue, Drain]:
    if request.param == "memory":
        memory = MemoryOutcomeQueue()
        return memory, lambda: [outcome_from_bytes(message) for message in memory.messages]
    sqs, url = request.getfixturevalue("sqs"), request.getfixturevalue("queue_url")
    return SqsOutcomeQueue(sqs, url), lambda: drain_sqs(sqs, url)


@pytest.mark.parametrize("count", [1, 10, 11, 100])
def test_what_is_sent_comes_out(queue_and_drain: tuple[OutcomeQueue, Drain], count: int) -> None:
    queue, drain = queue_and_drain
    outcomes = [an_outcome(f"k{number}", value=float(number)) for number in range(count)]

    assert queue.send(outcomes) == {}
    assert sorted(drain(), key=lambda each: each.value) == outcomes


def test_nothing_sent_is_nothing_refused(queue_and_drain: tuple[OutcomeQueue, Drain]) -> None:
    queue, drain = queue_and_drain

    assert queue.send([]) == {}
    assert drain() == []


def test_the_same_outcome_may_wait_twice(queue_and_drain: tuple[OutcomeQueue, Drain]) -> None:
    queue, drain = queue_and_drain

    queue.send([an_outcome(), an_outcome()])

    assert drain() == [an_outcome(), an_outcome()]


def test_a_queue_that_is_not_there_is_told_by_its_url(sqs: "SQSClient", queue_url: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"gone is unavailable: .*NonExistentQueue|QueueDoesNotExist"):
        SqsOutcomeQueue(sqs, f"{queue_url}-gone").send([an_outcome()])


def test_an_endpoint_that_is_gone_is_told_as_unavailable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with closing(sqs_client(region=REGION, endpoint_url=url)) as client, pytest.raises(StoreUnavailable):
        SqsOutcomeQueue(client, f"{url}/000000000000/q").send([an_outcome()])


class ScriptedSqs:
    """An endpoint that answers SendMessageBatch by a script: entry ids to refuse, or a status to fail with."""

    def __init__(self, *script: set[str] | int) -> None:
        self._script = list(script)
        self.calls: list[list[str]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        entries = [each["Id"] for each in orjson.loads(Request(environ).get_data())["Entries"]]
        self.calls.append(entries)
        step = self._script.pop(0) if self._script else set()
        return self._answer(entries, step)(environ, start_response)

    def _answer(self, entries: list[str], step: set[str] | int) -> Response:
        if isinstance(step, int):
            return _json({"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow down"}, step)
        taken = [{"Id": each, "MessageId": "m", "MD5OfMessageBody": ""} for each in entries if each not in step]
        failed = [{"Id": each, "Code": "InternalError", "SenderFault": False} for each in entries if each in step]
        return _json({"Successful": taken, "Failed": failed}, 200)


def _json(document: Any, status: int) -> Response:
    return Response(orjson.dumps(document), status, content_type="application/x-amz-json-1.0")


@pytest.fixture
def sending_to() -> Iterator[Callable[[ScriptedSqs], SqsOutcomeQueue]]:
    with ExitStack() as undo:

        def queue_at(endpoint: ScriptedSqs) -> SqsOutcomeQueue:
            url = undo.enter_context(serving(endpoint))
            client = undo.enter_context(closing(sqs_client(region=REGION, endpoint_url=url)))
            # The bodies' digests in the answers are nothing that a script knows.
            client.meta.events.unregister("after-call.sqs.SendMessageBatch")
            return SqsOutcomeQueue(client, f"{url}/000000000000/q")

        yield queue_at


SendingTo = Callable[[ScriptedSqs], SqsOutcomeQueue]


def some(count: int) -> list[Outcome]:
    return [an_outcome(f"k{number}") for number in range(count)]


def test_a_batch_that_fails_in_part_names_the_items(sending_to: SendingTo) -> None:
    endpoint = ScriptedSqs({"3"}, {"10", "11"})

    refused = sending_to(endpoint).send(some(12))

    assert refused == dict.fromkeys((3, 10, 11), "InternalError: no reason given")


def test_a_batch_that_fails_whole_though_answered_names_every_item(sending_to: SendingTo) -> None:
    assert sending_to(ScriptedSqs({"0", "1"})).send(some(2)).keys() == {0, 1}


def test_a_throttled_queue_is_tried_three_times_and_then_told_as_unavailable(sending_to: SendingTo) -> None:
    endpoint = ScriptedSqs(*[400] * 9)

    with pytest.raises(StoreUnavailable, match="RequestThrottled"):
        sending_to(endpoint).send(some(25))

    assert len(endpoint.calls) == 3


def test_a_throttle_that_passes_is_not_noticed(sending_to: SendingTo) -> None:
    assert sending_to(ScriptedSqs(400)).send(some(1)) == {}


def test_what_was_taken_before_a_failure_stays_accepted_and_the_rest_is_not_tried(sending_to: SendingTo) -> None:
    endpoint = ScriptedSqs({"4"}, *[503] * 9)

    refused = sending_to(endpoint).send(some(35))

    assert refused.keys() == {4, *range(10, 35)}
    assert all("RequestThrottled" in why for index, why in refused.items() if index != 4)
    assert len(endpoint.calls) == 1 + 3


def test_a_call_takes_ten_messages_and_256_kib() -> None:
    small = [(number, "x") for number in range(21)]
    assert [len(chunk) for chunk in chunks_of(small)] == [10, 10, 1]

    half = "ü" * (64 * 1024)
    messages = [(0, half), (1, half), (2, "x"), (3, half * 2), (4, "x")]
    chunks = list(chunks_of(messages))
    assert [[position for position, _ in chunk] for chunk in chunks] == [[0, 1], [2], [3], [4]]
    assert [message for chunk in chunks for message in chunk] == messages
    assert list(chunks_of([])) == []
