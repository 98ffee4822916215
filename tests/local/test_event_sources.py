"""The poller between a queue and a function: what a batch looks like, what its answer means, what comes again."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from sluice.local.aws_endpoint.journal import Journal
from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_errors import AwsError
from sluice.local.event_sources.mapping import EventSourceMapping
from sluice.local.event_sources.poller import QueuePoller
from sluice.local.event_sources.sqs_calls import SqsCalls
from sluice.local.event_sources.sqs_event import delivered
from sluice.local.lambda_host.invocation import Invocation
from sluice.local.movable_clock import MovableClock

REGION, ACCOUNT = "eu-central-1", "000000000000"
MESSAGES = [{"MessageId": "a"}, {"MessageId": "b"}]


def keep(*ids: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


def done_with(payload: bytes, error: str | None = None) -> list[str]:
    return [message["MessageId"] for message in delivered(Invocation(payload, "1", error), MESSAGES)]


@pytest.mark.parametrize("answer", [keep(), {"batchItemFailures": None}, {}, None, "ok", 7, {"other": 1}])
def test_an_answer_that_names_no_failure_is_a_success(answer: Any) -> None:
    assert done_with(orjson.dumps(answer)) == ["a", "b"]


@pytest.mark.parametrize(("ids", "done"), [(["a"], ["b"]), (["b", "b"], ["a"]), (["a", "b"], [])])
def test_the_messages_that_are_named_stay(ids: list[str], done: list[str]) -> None:
    assert done_with(orjson.dumps(keep(*ids))) == done


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        orjson.dumps(keep("")),
        orjson.dumps(keep(None)),
        orjson.dumps(keep(7)),
        orjson.dumps(keep("unknown")),
        orjson.dumps(keep("a", "unknown")),
        orjson.dumps(keep({"a": 1})),
        b'{"batchItemFailures":[{"id":"a"}]}',
        b'{"batchItemFailures":["a"]}',
        b'{"batchItemFailures":7}',
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure_of_all(payload: bytes) -> None:
    assert done_with(payload) == []


def test_a_function_that_failed_is_done_with_nothing() -> None:
    assert done_with(orjson.dumps(keep()), "Unhandled") == []


class RecordingFunction:
    """A FunctionInvoker whose function answers what a test says, and keeps the events."""

    def __init__(self, answer: Callable[[dict[str, Any]], Any] = lambda event: None) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []

    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        assert (function_name, qualifier) == ("consumer", "live")
        event = orjson.loads(payload)
        self.events.append(event)
        try:
            return Invocation(orjson.dumps(self.answer(event)), "1")
        except ZeroDivisionError:
            return Invocation(b"{}", "1", "Unhandled")

    @property
    def batches(self) -> list[list[str]]:
        return [sorted(record["body"] for record in event["Records"]) for event in self.events]


class Source:
    """A queue of this test's, a poller of it, and the clock that both live by."""

    def __init__(self, sqs: SqsCalls, clock: MovableClock) -> None:
        self.sqs, self.clock, self.function = sqs, clock, RecordingFunction()
        redrive = f'{{"deadLetterTargetArn":"{sqs.queue_arn("dead")}","maxReceiveCount":"2"}}'
        sqs.call("CreateQueue", QueueName="dead")
        sqs.call("CreateQueue", QueueName="q", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "60"})

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.call("SendMessage", QueueUrl="q", MessageBody=body)

    def poller(self, is_live: Callable[[], bool] = lambda: True) -> QueuePoller:
        mapping = EventSourceMapping("q", "consumer", "live")
        return QueuePoller(mapping, sqs=self.sqs, invoker=self.function, is_live=is_live)

    def poll(self) -> bool:
        return asyncio.run(self.poller().poll_once())

    def minutes_later(self, minutes: float) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    def waiting(self, name: str = "q") -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.call("GetQueueAttributes", QueueUrl=name, AttributeNames=names)["Attributes"]
        return sum(int(count) for count in found.values())


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    clock, journal = MovableClock(), Journal(tmp_path / "journal", fsync=False)
    moto = MotoApplication(account_id=ACCOUNT, journal=journal, clock=clock).start()
    yield Source(SqsCalls(moto, region=REGION, account_id=ACCOUNT), clock)
    moto.stop()
    journal.close()


def test_a_batch_is_in_the_shape_of_aws(source: Source) -> None:
    attribute = {"DataType": "String", "StringValue": "v"}
    source.sqs.call("SendMessage", QueueUrl="q", MessageBody="body", MessageAttributes={"name": attribute})

    source.poll()

    [record] = source.function.events[0]["Records"]
    assert record["receiptHandle"]
    assert record["messageId"]
    assert {name: record[name] for name in ("body", "eventSource", "eventSourceARN", "awsRegion", "md5OfBody")} == {
        "body": "body",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:q",
        "awsRegion": "eu-central-1",
        "md5OfBody": "841a2d689ad86bd1611447453c22c6fc",
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {
        "name": {"dataType": "String", "stringValue": "v", "stringListValues": [], "binaryListValues": []}
    }


def test_a_batch_holds_ten_messages_at_most(source: Source) -> None:
    source.send(*"abcdefghijkl")

    assert [source.poll(), source.poll(), source.poll()] == [True, True, False]
    assert [len(batch) for batch in source.function.batches] == [10, 2]
    assert source.waiting() == 0


def test_what_failed_comes_again_alone_when_its_time_is_over(source: Source) -> None:
    source.function.answer = lambda event: keep(*[it["messageId"] for it in event["Records"] if it["body"] == "b"])
    source.send("a", "b")

    assert source.poll() is False
    assert source.waiting() == 1
    source.minutes_later(0.9)
    source.poll()
    source.minutes_later(0.2)
    source.function.answer = lambda event: keep()
    source.poll()

    assert source.function.batches == [["a", "b"], ["b"]]
    assert source.function.events[1]["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    assert source.waiting() == 0


def fail(event: dict[str, Any]) -> Any:
    raise ZeroDivisionError


def refuse(event: dict[str, Any]) -> Any:
    raise AwsError("TooManyRequestsException", 429, "Rate Exceeded.")


@pytest.mark.parametrize("answer", [fail, refuse, lambda event: {"batchItemFailures": [{}]}])
def test_what_fails_too_often_ends_with_the_dead_letters(source: Source, answer: Callable[[Any], Any]) -> None:
    source.function.answer = answer
    source.send("poison")

    for _ in range(3):
        source.poll()
        source.minutes_later(1.1)

    assert len(source.function.events) == 2
    assert (source.waiting(), source.waiting("dead")) == (0, 1)


def test_a_queue_that_is_not_there_is_waited_for(source: Source) -> None:
    mapping = EventSourceMapping("later", "consumer", "live")
    poller = QueuePoller(mapping, sqs=source.sqs, invoker=source.function, is_live=lambda: True)

    assert asyncio.run(poller.poll_once()) is False


def test_a_queue_that_is_gone_when_a_batch_is_done_stops_nobody(source: Source) -> None:
    source.function.answer = lambda event: source.sqs.call("DeleteQueue", QueueUrl="q")
    source.send("a")

    source.poll()

    assert source.poll() is False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the poller's own task
            await asyncio.sleep(0.01)


def test_nothing_is_taken_before_the_function_is_live(source: Source) -> None:
    live: list[bool] = []

    async def polled() -> None:
        looks: list[bool] = []

        def is_live() -> bool:
            looks.append(bool(live))
            return bool(live)

        poller = source.poller(is_live)
        await poller.start()
        await until(lambda: len(looks) >= 2)
        assert source.function.events == []
        live.append(True)
        await until(lambda: len(source.function.events) == 1)
        await poller.stop()

    source.send("a")
    asyncio.run(polled())

    assert source.function.batches == [["a"]]


def test_a_batch_that_is_under_way_when_polling_stops_comes_again(source: Source) -> None:
    class SlowFunction(RecordingFunction):
        async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
            await super().invoke(function_name, qualifier, payload)
            await asyncio.Event().wait()
            raise AssertionError("nobody sets the event")

    async def stopped_half_way() -> None:
        poller = source.poller()
        await poller.start()
        await until(lambda: len(source.function.events) == 1)
        await poller.stop()

    source.send("a")
    source.function = SlowFunction()
    asyncio.run(stopped_half_way())
    source.function = RecordingFunction()
    source.minutes_later(1.1)
    source.poll()

    assert source.function.batches == [["a"]]
    assert source.waiting() == 0


def test_stopping_what_never_started_does_nothing(source: Source) -> None:
    stopping: Coroutine[Any, Any, None] = source.poller().stop()

    asyncio.run(stopping)
