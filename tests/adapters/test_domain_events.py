"""Domain events: what reaches the bus, and what is said of those that do not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from sluice.adapters.eventbridge_events import EventBridgeEvents
from sluice.adapters.memory_events import MemoryEvents, ToldEvent
from tests.adapters.broken_dynamodb import Answering, listening
from tests.adapters.conftest import REGION, serving
from tests.unit.rollouts.records import NOON

TAKEN = b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}'
REFUSED = b'{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]}'


@contextmanager
def events_at(url: str) -> Iterator[tuple[EventBridgeEvents, list[str]]]:
    losses: list[str] = []
    client = boto3.client(
        "events", region_name=REGION, endpoint_url=url, config=Config(retries={"total_max_attempts": 1})
    )
    yield EventBridgeEvents(client, bus="rollouts", report=losses.append), losses
    client.close()


def test_an_event_is_put_on_the_bus_with_its_moment() -> None:
    bus = Answering(TAKEN)
    with serving(bus) as url, events_at(url) as (events, losses):
        events.publish("RolloutAdvanced", {"model": "churn", "weight_bps": 500}, at=NOON)

    ((entry,),) = [request["Entries"] for request in bus.requests]
    assert json.loads(entry.pop("Detail")) == {"model": "churn", "weight_bps": 500}
    assert entry == {
        "Source": "sluice.rollouts",
        "DetailType": "RolloutAdvanced",
        "EventBusName": "rollouts",
        "Time": NOON.timestamp(),
    }
    assert losses == []


def test_a_detail_that_json_has_no_form_for_is_told_as_far_as_it_has() -> None:
    bus = Answering(TAKEN)
    with serving(bus) as url, events_at(url) as (events, _):
        events.publish("RolloutJudged", {"ratio": float("inf"), "at": NOON, 9_900: 1}, at=NOON)  # type: ignore[dict-item]

    assert json.loads(bus.requests[0]["Entries"][0]["Detail"]) == {"ratio": None, "at": NOON.isoformat(), "9900": 1}


def test_a_refused_event_is_reported_and_nobody_stops() -> None:
    with serving(Answering(REFUSED)) as url, events_at(url) as (events, losses):
        events.publish("RolloutAdvanced", {}, at=NOON)

    assert losses == ["event RolloutAdvanced was refused by bus rollouts: ThrottlingException: slow down"]


def test_a_bus_that_fails_or_is_not_there_is_reported_and_nobody_stops() -> None:
    failing: Any = Answering(b'{"__type": "InternalException"}', "500 Internal Server Error")
    with serving(failing) as url, events_at(url) as (events, losses):
        events.publish("RolloutAdvanced", {}, at=NOON)
    assert len(losses) == 1

    with listening() as (_, url):
        pass
    with events_at(url) as (events, losses):
        events.publish("RolloutAdvanced", {}, at=NOON)
    assert len(losses) == 1


def test_in_memory_they_are_kept_in_order() -> None:
    events = MemoryEvents()
    for kind in ("RolloutStarted", "RolloutAdvanced"):
        events.publish(kind, {"model": "churn"}, at=NOON)

    assert events.told == [ToldEvent(kind, {"model": "churn"}, NOON) for kind in ("RolloutStarted", "RolloutAdvanced")]
