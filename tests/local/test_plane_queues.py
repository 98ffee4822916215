"""SQS on the local plane: what was sent and not deleted outlives the plane, and a receiver that waits blocks nobody."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.local.aws_endpoint.endpoint import AwsEndpoint
from sluice.local.aws_endpoint.journal import Journal
from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError
from sluice.local.event_sources.sqs_calls import SqsCalls
from sluice.local.movable_clock import MovableClock
from sluice.local.sockets import bound_socket
from tests.local.conftest import Clients, clients_of
from tests.plain_http import NO_TLS


@contextmanager
def running(path: Path, clock: MovableClock | None = None) -> Iterator[Clients]:
    """moto over a journal, behind HTTP; starting it again on the same file is a restart."""
    with ExitStack() as undo, bound_socket(0) as listener:
        journal = Journal(path, fsync=False)
        undo.callback(journal.close)
        moto = MotoApplication(account_id="000000000000", journal=journal, clock=clock).start()
        undo.callback(moto.stop)
        endpoint = AwsEndpoint(lambda environ, start: moto.answer(AwsRequest.read(environ)).send(start), listener)
        undo.callback(endpoint.stop)
        undo.callback(moto.end_waiting)
        endpoint.start()
        yield undo.enter_context(clients_of(f"http://127.0.0.1:{listener.getsockname()[1]}"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def a_queue(sqs: Any, name: str = "q", **attributes: str) -> dict[str, str]:
    """What names the queue in a call; it is made if it is not there."""
    return {"QueueUrl": sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]}


def the_queue(sqs: Any, name: str = "q") -> dict[str, str]:
    return {"QueueUrl": sqs.get_queue_url(QueueName=name)["QueueUrl"]}


def receive(sqs: Any, queue: dict[str, str], **more: Any) -> list[Any]:
    found = sqs.receive_message(**queue, MaxNumberOfMessages=10, AttributeNames=["All"], **more)
    return list(found.get("Messages", []))


def entry_count(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1


def test_what_was_sent_and_not_deleted_outlives_the_plane(path: Path) -> None:
    with running(path) as aws:
        queue = a_queue(aws("sqs"))
        sent = [aws("sqs").send_message(**queue, MessageBody=body)["MessageId"] for body in "abc"]
        gone = receive(aws("sqs"), queue, VisibilityTimeout=0)[0]
        aws("sqs").delete_message(**queue, ReceiptHandle=gone["ReceiptHandle"])

    with running(path) as aws:
        found = receive(aws("sqs"), the_queue(aws("sqs")))
        assert {message["MessageId"] for message in found} == set(sent) - {gone["MessageId"]}


def test_a_message_in_flight_stays_in_flight_and_its_receipt_stays_good(path: Path) -> None:
    clock = MovableClock()
    with running(path, clock) as aws:
        queue = a_queue(aws("sqs"), VisibilityTimeout="30")
        for body in "ab":
            aws("sqs").send_message(**queue, MessageBody=body)
        first, second = receive(aws("sqs"), queue)

    with running(path, clock) as aws:
        queue = the_queue(aws("sqs"))
        assert receive(aws("sqs"), queue) == []
        aws("sqs").delete_message(**queue, ReceiptHandle=first["ReceiptHandle"])
        clock.advance(timedelta(seconds=31))
        [again] = receive(aws("sqs"), queue)
        assert again["MessageId"] == second["MessageId"]
        assert again["Attributes"]["ApproximateReceiveCount"] == "2"
        assert again["ReceiptHandle"] != second["ReceiptHandle"]


def test_what_time_made_visible_is_replayed_at_its_time(path: Path) -> None:
    clock = MovableClock()
    with running(path, clock) as aws:
        queue = a_queue(aws("sqs"), VisibilityTimeout="30")
        aws("sqs").send_message(**queue, MessageBody="a")
        receive(aws("sqs"), queue)
        clock.advance(timedelta(seconds=31))
        [again] = receive(aws("sqs"), queue)
        aws("sqs").delete_message(**queue, ReceiptHandle=again["ReceiptHandle"])

    with running(path, clock) as aws:
        clock.advance(timedelta(days=1))
        assert receive(aws("sqs"), the_queue(aws("sqs"))) == []


def test_after_a_restart_with_an_earlier_clock_time_goes_on(path: Path) -> None:
    moved = MovableClock()
    with running(path, moved) as aws:
        queue = a_queue(aws("sqs"), VisibilityTimeout="30")
        moved.advance(timedelta(hours=10))
        aws("sqs").send_message(**queue, MessageBody="a")
        receive(aws("sqs"), queue)

    fresh = MovableClock()
    with running(path, fresh) as aws:
        assert receive(aws("sqs"), the_queue(aws("sqs"))) == []
        fresh.advance(timedelta(seconds=31))
        assert [message["Body"] for message in receive(aws("sqs"), the_queue(aws("sqs")))] == ["a"]


def test_asking_an_empty_queue_leaves_no_entry(path: Path) -> None:
    with running(path) as aws:
        queue = a_queue(aws("sqs"))
        aws("sqs").send_message(**queue, MessageBody="a")
        before = entry_count(path)

        receive(aws("sqs"), queue)
        assert entry_count(path) == before + 1
        receive(aws("sqs"), queue)
        aws("sqs").get_queue_attributes(**queue, AttributeNames=["All"])
        assert entry_count(path) == before + 1


def test_what_failed_too_often_lies_in_the_dead_letter_queue_also_after_a_restart(path: Path) -> None:
    clock = MovableClock()
    with running(path, clock) as aws:
        dead = a_queue(aws("sqs"), "dead")
        arn = aws("sqs").get_queue_attributes(**dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        queue = a_queue(aws("sqs"), RedrivePolicy=f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"2"}}')
        aws("sqs").send_message(**queue, MessageBody="poison")
        for _ in range(2):
            assert len(receive(aws("sqs"), queue)) == 1
            clock.advance(timedelta(seconds=31))
        assert receive(aws("sqs"), queue) == []
        [message] = receive(aws("sqs"), dead)

    with running(path, clock) as aws:
        aws("sqs").delete_message(**the_queue(aws("sqs"), "dead"), ReceiptHandle=message["ReceiptHandle"])
        clock.advance(timedelta(hours=1))
        assert receive(aws("sqs"), the_queue(aws("sqs"))) == []
        assert receive(aws("sqs"), the_queue(aws("sqs"), "dead")) == []


def test_a_receiver_that_waits_is_answered_by_the_next_message_and_holds_up_nobody(path: Path) -> None:
    with running(path) as aws:
        sqs, queue, found = aws("sqs"), a_queue(aws("sqs")), list[Any]()
        waiting = threading.Thread(target=lambda: found.extend(receive(sqs, queue, WaitTimeSeconds=20)))
        started = time.monotonic()
        waiting.start()
        aws("s3").list_buckets()
        aws("sqs").send_message(**queue, MessageBody="a")
        waiting.join()

    assert [message["Body"] for message in found] == ["a"]
    assert time.monotonic() - started < 10


def test_stopping_ends_the_wait(path: Path) -> None:
    failures: list[str] = []

    def wait(sqs: Any, queue: dict[str, str], asked: threading.Event) -> None:
        sqs.meta.events.register("before-send.sqs.ReceiveMessage", lambda **_: asked.set())
        with pytest.raises(Exception) as caught:
            receive(sqs, queue, WaitTimeSeconds=20)
        failures.append(str(caught.value))

    started = time.monotonic()
    with running(path) as aws:
        asked = threading.Event()
        waiting = threading.Thread(target=wait, args=(aws("sqs"), a_queue(aws("sqs")), asked))
        waiting.start()
        asked.wait(20)
    waiting.join()

    assert len(failures) == 1
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("seconds", ["20", True, -1, 21, 1.5])
def test_an_impossible_wait_is_refused(path: Path, seconds: Any) -> None:
    with in_process(path, MovableClock()) as sqs, pytest.raises(AwsError, match="WaitTimeSeconds must be 0 to 20"):
        sqs.call("ReceiveMessage", QueueUrl="q", WaitTimeSeconds=seconds)


def test_the_protocol_of_old_clients_is_refused_by_name(path: Path) -> None:
    with running(path) as aws:
        url = aws("sqs").meta.endpoint_url
        scope = "Credential=a/20260101/eu-central-1/sqs/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
        answer = httpx.post(url, data={"Action": "ListQueues"}, headers=headers, trust_env=False, verify=NO_TLS)

    assert answer.status_code == 501
    assert "JSON protocol" in answer.text


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "receive", "delete", "hide", "show", "wait", "dead"]), st.integers(0, 40)),
    max_size=25,
)


class Consumer:
    """Does to the queues what a step says, and remembers every receipt handle that it was ever given."""

    def __init__(self) -> None:
        self._handles: list[str] = []

    def take(self, step: Step, sqs: SqsCalls, clock: MovableClock) -> None:
        action, number = step
        match action:
            case "send":
                sqs.call("SendMessage", QueueUrl="q", MessageBody=str(number), DelaySeconds=max(0, number - 30))
            case "receive" | "dead":
                url = "q" if action == "receive" else "dead"
                found = sqs.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=3, VisibilityTimeout=number)
                self._handles.extend(message["ReceiptHandle"] for message in found.get("Messages", []))
            case "delete" if self._handles:
                sqs.call("DeleteMessageBatch", QueueUrl="q", Entries=[self._entry(number)])
            case "hide" | "show" if self._handles:
                entry = self._entry(number) | {"VisibilityTimeout": number if action == "hide" else 0}
                sqs.call("ChangeMessageVisibilityBatch", QueueUrl="q", Entries=[entry])
            case "wait":
                clock.advance(timedelta(seconds=1 + number))

    def _entry(self, number: int) -> dict[str, Any]:
        return {"Id": "x", "ReceiptHandle": self._handles[number % len(self._handles)]}


def everything() -> list[Any]:
    from moto.sqs.models import sqs_backends

    queues = sqs_backends["000000000000"]["eu-central-1"].queues.values()
    return [
        (it.name, it.created_timestamp, set(it.deleted_messages), [dict(vars(each)) for each in it._messages])
        for it in queues
    ]


@contextmanager
def in_process(path: Path, clock: MovableClock) -> Iterator[SqsCalls]:
    with closing(Journal(path, fsync=False)) as journal:
        moto = MotoApplication(account_id="000000000000", journal=journal, clock=clock).start()
        try:
            yield SqsCalls(moto, region="eu-central-1", account_id="000000000000")
        finally:
            moto.stop()


@settings(max_examples=30, deadline=None)
@given(eras=st.lists(STEPS, min_size=1, max_size=3))
def test_whatever_happened_a_restart_brings_the_same_queues(eras: list[list[Step]]) -> None:
    with TemporaryDirectory() as folder:
        path, consumer = Path(folder) / "journal", Consumer()
        with in_process(path, MovableClock()) as sqs:
            sqs.call("CreateQueue", QueueName="dead")
            redrive = '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":"3"}'
            sqs.call("CreateQueue", QueueName="q", Attributes={"RedrivePolicy": redrive})
            before = everything()
        for steps in eras:
            clock = MovableClock()
            with in_process(path, clock) as sqs:
                assert everything() == before
                for step in steps:
                    consumer.take(step, sqs, clock)
                before = everything()
        with in_process(path, MovableClock()):
            assert everything() == before


def test_entries_from_before_there_were_queues_are_replayed(path: Path) -> None:
    with running(path) as aws:
        aws("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with closing(Journal(path)) as journal:
        entries = [orjson.loads(payload) for _, payload in journal.replay()]
    path.unlink()
    with closing(Journal(path)) as journal:
        list(journal.replay())
        for entry in entries:
            journal.append(orjson.dumps({name: value for name, value in entry.items() if name != "at"}))

    with running(path) as aws:
        assert [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]] == ["bucket"]
