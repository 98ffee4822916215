"""Outcomes on the whole plane, in real processes: what was acknowledged is stored, once, whatever dies meanwhile."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from sluice.local.deployment import deploy_outcomes
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import ResourceNames, create_outcomes_queue, create_resources
from tests.local.conftest import Clients, clients_of
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.timeout(300)

NAMES = ResourceNames()
PREDICTION_ID = "0123456789abcdef" * 2


def settings(data_dir: Path | None = None) -> PlaneSettings:
    return PlaneSettings(gateway_port=0, aws_port=0, data_dir=data_dir, fsync=False)


@contextmanager
def a_plane(data_dir: Path | None = None) -> Iterator[tuple[Plane, Clients]]:
    """With queue, buckets and tables; the functions are the test's to deploy."""
    with start_plane(settings(data_dir)) as plane, clients_of(plane.aws_url) as aws:
        create_resources(aws("dynamodb"), aws("s3"), NAMES)
        yield plane, aws


def go_live(aws: Clients) -> None:
    deploy_outcomes(aws("lambda"), NAMES, queue_url=create_outcomes_queue(aws("sqs"), NAMES))


def post(gateway_url: str, document: Any, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{gateway_url}/v1/outcomes", json=document, headers=headers, trust_env=False, timeout=60, verify=NO_TLS
    )


def stored(aws: Clients) -> dict[str, Any]:
    """Every stored outcome, by the name of its object."""
    pages = aws("s3").get_paginator("list_objects_v2").paginate(Bucket=NAMES.records_bucket, Prefix="outcomes/")
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    read = aws("s3").get_object
    return {key: orjson.loads(read(Bucket=NAMES.records_bucket, Key=key)["Body"].read()) for key in keys}


def name_of(key: str) -> str:
    return f"outcomes/{sha256(key.encode()).hexdigest()}"


def until(condition: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up_at, f"in vain: {what}"
        threading.Event().wait(0.05)


def is_empty(plane: Plane, aws: Clients) -> bool:
    """Whether the queue is; where all that is left is in flight, its time is over after this."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws("sqs").get_queue_attributes(QueueUrl=NAMES.outcomes_queue, AttributeNames=names)["Attributes"]
    visible_count, in_flight_count = (int(found[name]) for name in names)
    if in_flight_count and not visible_count:
        plane.clock.advance(timedelta(minutes=4))
    return not visible_count + in_flight_count


def test_what_is_posted_is_stored_once_however_often_it_is_posted() -> None:
    by_unit = {"unit": "jane", "metric": "revenue", "value": 12.5, "event_at": "2026-01-31T12:00:00+01:00"}
    by_prediction = {"prediction_id": PREDICTION_ID, "metric": "conversion", "value": 1}
    with a_plane() as (plane, aws):
        go_live(aws)

        answers = [post(plane.gateway_url, by_unit) for _ in range(2)]
        answers += [post(plane.gateway_url, by_prediction, **{"Idempotency-Key": "order-1"}) for _ in range(2)]
        until(lambda: is_empty(plane, aws), "an empty queue")
        found = stored(aws)

    assert [(it.status_code, it.json()) for it in answers] == [(202, {"accepted": 1, "refused": []})] * 4
    assert len(found) == 2
    assert found[name_of("order-1")]["prediction_id"] == PREDICTION_ID
    [of_unit] = [it for it in found.values() if "unit_key" in it]
    assert (of_unit["unit_type"], of_unit["value"], of_unit["event_at"]) == ("user", 12.5, "2026-01-31T11:00:00+00:00")
    assert "jane" not in str(found)


def test_a_message_that_is_no_outcome_ends_with_the_dead_letters_and_holds_up_no_other() -> None:
    with a_plane() as (plane, aws):
        go_live(aws)
        aws("sqs").send_message(QueueUrl=NAMES.outcomes_queue, MessageBody="poison")
        post(plane.gateway_url, {"prediction_id": PREDICTION_ID, "metric": "m", "value": 1, "idempotency_key": "k"})

        until(lambda: name_of("k") in stored(aws), "the outcome stored")
        until(lambda: is_empty(plane, aws), "an empty queue")
        [dead] = aws("sqs").receive_message(QueueUrl=f"{NAMES.outcomes_queue}-dead-letters")["Messages"]

    assert dead["Body"] == "poison"


CHILD = """
import sys
from pathlib import Path
from sluice.local.deployment import OUTCOMES_HANDLER, deploy_live
from tests.local.test_outcomes_on_the_plane import NAMES, a_plane, create_outcomes_queue, go_live
with a_plane(Path(sys.argv[1])) as (plane, aws):
    if sys.argv[2] == "with delivery":
        go_live(aws)
    else:
        url = create_outcomes_queue(aws("sqs"))
        told = {"SLUICE_QUEUE_URL": url, "SLUICE_EXPERIMENTS_TABLE": NAMES.experiments_table}
        deploy_live(aws("lambda"), function_name="outcomes", handler=OUTCOMES_HANDLER, environment=told)
    print(plane.gateway_url, flush=True)
    sys.stdin.read()
"""


def post_until_it_dies(gateway_url: str, sender: str, under_way: threading.Barrier) -> list[str]:
    acknowledged: list[str] = []
    for number in range(10_000):
        key = f"{sender}{number}"
        item = {"prediction_id": PREDICTION_ID, "metric": "m", "value": number, "idempotency_key": key}
        try:
            answer = post(gateway_url, item)
        except httpx.HTTPError:
            break
        if answer.status_code != 202:
            break
        acknowledged.append(key)
        if len(acknowledged) == 10:
            under_way.wait(60)
    return acknowledged


@pytest.mark.parametrize("delivery", ["with delivery", "without delivery"])
def test_kill_9_between_post_and_delivery_loses_nothing_that_was_acknowledged(tmp_path: Path, delivery: str) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path), delivery]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        gateway_url = process.stdout.readline().strip()
        with ThreadPoolExecutor(2) as pool:
            under_way = threading.Barrier(3)
            senders = [pool.submit(post_until_it_dies, gateway_url, sender, under_way) for sender in "ab"]
            under_way.wait(60)
            process.send_signal(signal.SIGKILL)
            acknowledged = {key for sender in senders for key in sender.result(60)}

    with a_plane(tmp_path) as (plane, aws):
        before = set(stored(aws))
        go_live(aws)
        until(lambda: is_empty(plane, aws), "an empty queue")
        found = stored(aws)

    assert len(acknowledged) >= 20
    assert {name_of(key) for key in acknowledged} <= found.keys()
    assert {it["idempotency_key"] for it in found.values()} >= acknowledged
    if delivery == "without delivery":
        assert before == set()
