"""`POST /v1/outcomes` through its Lambda handler: what is accepted, what is refused, and with which words."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sluice.adapters.memory_outcomes import MemoryOutcomeQueue
from sluice.errors import StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_from_bytes
from tests.functions.builders import an_event
from tests.functions.outcomes_functions import IntakeFunction
from tests.functions.rest_events import as_rest_event
from tests.unit.experiments.outcome_builders import SECRET, an_item, unit_key


class ThrottledQueue(MemoryOutcomeQueue):
    """Takes the first few outcomes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        if not self._room:
            raise StoreUnavailable("the queue", "RequestThrottled")
        super().send(outcomes[: self._room])
        return dict.fromkeys(range(self._room, len(outcomes)), "RequestThrottled")


@pytest.fixture
def queue() -> MemoryOutcomeQueue:
    return MemoryOutcomeQueue()


@pytest.fixture
def intake(queue: MemoryOutcomeQueue) -> IntakeFunction:
    return IntakeFunction(queue)


def keys_in(queue: MemoryOutcomeQueue) -> list[str]:
    return [outcome_from_bytes(message).idempotency_key for message in queue.messages]


def test_one_outcome_is_accepted_when_it_is_in_the_queue(intake: IntakeFunction, queue: MemoryOutcomeQueue) -> None:
    status, body, headers = intake.post(an_item())

    assert (status, body) == (202, {"accepted": 1, "refused": []})
    assert headers["content-type"] == "application/json"
    assert keys_in(queue) == ["new-0"]


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_a_header_names_the_outcome(intake: IntakeFunction, queue: MemoryOutcomeQueue, name: str) -> None:
    assert intake.post(an_item(), {name: "order-1"})[0] == 202
    assert keys_in(queue) == ["order-1"]


def test_a_batch_that_fails_in_part_is_accepted_in_part(intake: IntakeFunction, queue: MemoryOutcomeQueue) -> None:
    good, bad = an_item(idempotency_key="a"), an_item(value="much")

    status, body, _ = intake.post({"outcomes": [bad, good, 7]})

    assert (status, body["accepted"]) == (202, 1)
    assert body["refused"] == [
        {"index": 0, "field": "value", "error": "it must be a finite number", "retry": False},
        {"index": 2, "field": "outcome", "error": "it must be an object", "retry": False},
    ]
    assert keys_in(queue) == ["a"]


def test_nothing_valid_is_a_bad_request_that_says_why_for_each(intake: IntakeFunction) -> None:
    status, body, _ = intake.post(an_item(metric=None))

    assert status == 400
    assert body["error"] == "no outcome was accepted; `refused` says why"
    assert [(each["index"], each["field"], each["retry"]) for each in body["refused"]] == [(0, "metric", False)]


def test_a_queue_that_takes_none_asks_for_patience() -> None:
    status, body, headers = IntakeFunction(ThrottledQueue(0)).post({"outcomes": [an_item(), an_item(value="much")]})

    assert status == 503
    assert int(headers["retry-after"]) >= 1
    assert [(each["index"], each["retry"]) for each in body["refused"]] == [(0, True), (1, False)]
    assert body["accepted"] == 0


def test_a_queue_that_is_throttled_half_way_names_what_to_send_again() -> None:
    queue = ThrottledQueue(2)

    status, body, _ = IntakeFunction(queue).post({"outcomes": [an_item()] * 3})

    assert (status, body["accepted"], len(queue.messages)) == (202, 2, 2)
    assert body["refused"] == [{"index": 2, "field": None, "error": "RequestThrottled", "retry": True}]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (None, 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"NaN", 400, "not JSON"),
        ([an_item()], 400, "must be an object"),
        ({"outcomes": an_item()}, 400, "is a list"),
        ({"outcomes": [an_item()], "metric": "x"}, 400, "nothing else"),
        ({"outcomes": []}, 400, "there are 0, allowed: 1 to 100"),
        ({"outcomes": [an_item()] * 101}, 400, "there are 101"),
        (b" " * (1024 * 1024 + 1), 413, "the limit is 1048576"),
    ],
)
def test_what_is_no_request_is_refused_whole(
    intake: IntakeFunction, queue: MemoryOutcomeQueue, body: Any, status: int, words: str
) -> None:
    found, document, _ = intake.post(body)

    assert (found, list(document)) == (status, ["error"])
    assert words in document["error"]
    assert queue.messages == []


@pytest.mark.parametrize("raw", [b"\xff{}", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_refused(intake: IntakeFunction, raw: bytes) -> None:
    event = an_event("POST", "/v1/outcomes", route_key="POST /v1/outcomes", encoded=True)

    assert intake.answer(event | {"body": b64encode(raw).decode()})[0] == 400
    assert intake.answer(event | {"body": '"\ud800"', "isBase64Encoded": False})[0] == 400


def test_a_body_in_base64_is_read_like_any_other(intake: IntakeFunction) -> None:
    event = an_event("POST", "/v1/outcomes", an_item(), route_key="POST /v1/outcomes", encoded=True)

    assert intake.answer(event)[0] == 202


def test_a_rest_api_is_answered_like_an_http_api(intake: IntakeFunction, queue: MemoryOutcomeQueue) -> None:
    headers = {"Idempotency-Key": "order-1"}
    event = an_event("POST", "/v1/outcomes", an_item(), headers=headers, route_key="POST /v1/outcomes")

    assert intake.answer(as_rest_event(event))[:2] == (202, {"accepted": 1, "refused": []})
    assert keys_in(queue) == ["order-1"]
    assert intake.answer(as_rest_event(event) | {"headers": None})[0] == 202


def test_a_header_beside_several_outcomes_is_refused(intake: IntakeFunction, queue: MemoryOutcomeQueue) -> None:
    status, body, _ = intake.post({"outcomes": [an_item()] * 2}, {"Idempotency-Key": "k"})

    assert status == 400
    assert body["error"].startswith("Idempotency-Key: it goes with a single outcome")
    assert queue.messages == []


def test_the_secret_is_read_once_and_only_for_units() -> None:
    reads: list[int] = []

    def read_secret() -> bytes:
        reads.append(1)
        return SECRET

    queue = MemoryOutcomeQueue()
    intake = IntakeFunction(queue, read_secret=read_secret)

    intake.post(an_item())
    assert reads == []
    for unit in ("jane", "joe"):
        intake.post(an_item(prediction_id=None, unit=unit))
    assert len(reads) == 1
    assert unit_key("user", "joe").encode() in queue.messages[-1]


def test_a_secret_that_cannot_be_read_is_asked_for_again_at_the_next_request() -> None:
    answers: list[Exception | bytes] = [StoreUnavailable("the table", "throttled"), SECRET]

    def read_secret() -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    intake = IntakeFunction(MemoryOutcomeQueue(), read_secret=read_secret)
    item = an_item(prediction_id=None, unit="jane")

    status, body, headers = intake.post(item)
    assert (status, body) == (503, {"error": "the table is unavailable: throttled"})
    assert "retry-after" in headers
    assert intake.post(item)[0] == 202


def test_neither_log_nor_queue_holds_a_units_id(intake: IntakeFunction, queue: MemoryOutcomeQueue) -> None:
    intake.post({"outcomes": [an_item(prediction_id=None, unit="jane@example.com", value=v) for v in (1, "x")]})
    intake.post(an_item(prediction_id=None, unit="jane@example.com\x00"))

    assert "jane" not in intake.log.text
    assert len(queue.messages) == 1
    assert b"jane" not in queue.messages[0]


def test_each_request_is_one_line_with_the_gateways_id(intake: IntakeFunction) -> None:
    intake.post(an_item())

    [line] = intake.log.lines
    assert (line["message"], line["status"], line["correlation_id"]) == ("answered", 202, "gateway-request")


def test_a_fault_of_ours_is_answered_and_says_nothing_of_itself(queue: MemoryOutcomeQueue) -> None:
    def read_secret() -> bytes:
        raise ZeroDivisionError("secret")

    intake = IntakeFunction(queue, read_secret=read_secret)

    status, body, _ = intake.post(an_item(prediction_id=None, unit="jane"))

    assert status == 500
    assert "secret" not in body["error"]
    assert [line["message"] for line in intake.log.lines] == ["a fault in Sluice", "answered"]
