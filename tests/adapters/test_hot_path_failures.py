"""The two stores of the hot path when DynamoDB fails: always StoreUnavailable, soon, and never a second try."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sluice.adapters.deadline import Deadline
from sluice.adapters.dynamodb_calls import DynamoCalls
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.dynamodb_snapshots import DynamoSnapshots
from sluice.adapters.dynamodb_units import DynamoUnits
from sluice.adapters.experiment_stores import SnapshotsInTime, UnitsInTime
from sluice.adapters.unit_items import to_assignment, to_override
from sluice.errors import StoreUnavailable
from sluice.experiments.unit_state import NOTHING_STORED
from tests.adapters.broken_dynamodb import (
    Answering,
    Calls,
    Noting,
    calls_of,
    error_body,
    hung_up_calls,
    listening,
    refused_calls,
    silent_calls,
)
from tests.adapters.conftest import REGION
from tests.adapters.dynamodb_ways import Way
from tests.adapters.stored_experiments import NOON, a_snapshot, an_assignment, an_override

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[[DynamoCalls], object]
CALLS: dict[str, Call] = {
    "load": lambda calls: DynamoUnits(calls, "t").load("user", "u1", now=NOON),
    "put_if_absent": lambda calls: DynamoUnits(calls, "t").put_if_absent("user", "u1", an_assignment()),
    "mark_crossed_over": lambda calls: DynamoUnits(calls, "t").mark_crossed_over("user", "u1", "button"),
    "put_override": lambda calls: DynamoUnits(calls, "t").put_override("user", "u1", an_override()),
    "remove_override": lambda calls: DynamoUnits(calls, "t").remove_override("user", "u1", "button"),
    "find_snapshot": lambda calls: DynamoSnapshots(calls, "t").find_snapshot("flags"),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)

CODES = {
    "ProvisionedThroughputExceededException": "400 Bad Request",
    "ThrottlingException": "400 Bad Request",
    "RequestLimitExceeded": "400 Bad Request",
    "ResourceNotFoundException": "400 Bad Request",
    "AccessDeniedException": "400 Bad Request",
    "InternalServerError": "500 Internal Server Error",
    "ServiceUnavailable": "503 Service Unavailable",
}

NONSENSE = {
    "nothing": b"",
    "an empty object": b"{}",
    "another's object": b'{"ok": true}',
    "a page": b"<html>welcome</html>",
    "half an answer": b'{"ConsumedCapacity": {"Capa',
    "a list": b"[]",
    "a text": b'"ok"',
    "null": b"null",
    "no text": b"\xff\xfe\x00",
}


@every_call
@pytest.mark.parametrize("code", CODES)
def test_an_error_is_told_by_its_code_after_one_try(call: Call, code: str, way: Way) -> None:
    answering = Answering(error_body(code), CODES[code])

    with calls_of(answering, way) as calls, pytest.raises(StoreUnavailable, match=f"table t is unavailable: .*{code}"):
        call(calls)

    assert len(answering.requests) == 1


@every_call
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error", "400 Bad Request"])
@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_never_taken_for_an_answer(call: Call, body: bytes, status: str, way: Way) -> None:
    with (
        calls_of(Answering(body, status), way) as calls,
        pytest.raises(StoreUnavailable, match="table t is unavailable"),
    ):
        call(calls)


@every_call
@pytest.mark.parametrize("broken", [silent_calls, hung_up_calls, refused_calls])
def test_an_end_that_does_not_answer_is_told_as_unavailable(
    call: Call, broken: Callable[[Way], Calls], way: Way
) -> None:
    with broken(way) as calls, pytest.raises(StoreUnavailable, match="table t is unavailable"):
        call(calls)


@every_call
def test_a_table_that_is_missing_is_told_as_unavailable(call: Call, calls: DynamoCalls) -> None:
    with pytest.raises(StoreUnavailable, match=r"table t is unavailable: .*ResourceNotFoundException"):
        call(calls)


def test_calls_with_more_patience_than_the_deadline_are_left_behind(way: Way) -> None:
    with listening() as (listener, url), way(url) as calls, Deadline(50, worker_limit=2) as deadline:
        units = UnitsInTime(DynamoUnits(calls, "t"), deadline)
        snapshots = SnapshotsInTime(DynamoSnapshots(calls, "t"), deadline)

        with pytest.raises(StoreUnavailable, match="unit state is unavailable: no answer within 50 ms"):
            units.load("user", "u1", now=NOON)
        with pytest.raises(StoreUnavailable, match="no answer within 50 ms"):
            snapshots.find_snapshot("flags")
        with pytest.raises(StoreUnavailable, match="2 earlier calls have no answer yet"):
            units.put_if_absent("user", "u1", an_assignment())

        for _ in range(2):
            listener.accept()[0].close()


def test_within_the_deadline_nothing_is_different(calls: DynamoCalls, table_name: str) -> None:
    with Deadline(60_000) as deadline:
        units = UnitsInTime(DynamoUnits(calls, table_name), deadline)
        snapshots = SnapshotsInTime(DynamoSnapshots(calls, table_name), deadline)

        for variant in ("control", "treatment"):
            assert units.put_if_absent("user", "u1", an_assignment(variant)) == an_assignment("control")
        assert units.load("user", "u1", now=NOON).assignments == {"button": an_assignment("control")}
        assert snapshots.find_snapshot("flags") is None


DAMAGE: list[dict[str, Any]] = [
    {"variant": None},
    {"variant": {"N": "1"}},
    {"variant": {"S": 1}},
    {"expires_at": None},
    {"expires_at": {"N": "soon"}},
    {"expires_at": {"N": "1.5"}},
    {"expires_at": {"N": "9" * 30}},
    {"expires_at": {"S": "4000000000"}},
    {"sk": None},
]
MORE_DAMAGE: list[dict[str, Any]] = [
    {"slot": {"NULL": True}},
    {"propensity_bps": None},
    {"assigned_at": {"S": "yesterday"}},
    {"crossed_over": {"S": "no"}},
]


def one_item(item: dict[str, Any], **damage: Any) -> Answering:
    """Every query finds this item, with these members instead, or without those that are None."""
    damaged = {name: value for name, value in {**item, **damage}.items() if value is not None}
    return Answering(json.dumps({"Items": [damaged], "ConsumedCapacity": {}}).encode())


@pytest.mark.parametrize("damage", [*DAMAGE, *MORE_DAMAGE])
def test_an_assignment_that_is_not_ours_is_told_as_unavailable(damage: dict[str, Any], way: Way) -> None:
    item = {"sk": {"S": "assignment#button"}, **to_assignment(an_assignment())}

    with calls_of(one_item(item), way) as calls:
        assert DynamoUnits(calls, "t").load("user", "u1", now=NOON).assignments == {"button": an_assignment()}
    with calls_of(one_item(item, **damage), way) as calls, pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoUnits(calls, "t").load("user", "u1", now=NOON)


@pytest.mark.parametrize("damage", [*DAMAGE, {"by": None}, {"why": {"L": []}}])
def test_an_override_that_is_not_ours_is_told_as_unavailable(damage: dict[str, Any], way: Way) -> None:
    item = {"sk": {"S": "override#button"}, **to_override(an_override())}

    with calls_of(one_item(item), way) as calls:
        assert DynamoUnits(calls, "t").load("user", "u1", now=NOON).overrides == {"button": an_override()}
    with calls_of(one_item(item, **damage), way) as calls, pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoUnits(calls, "t").load("user", "u1", now=NOON)


def test_a_winner_that_is_not_ours_is_told_as_unavailable(
    dynamodb: "DynamoDBClient", calls: DynamoCalls, table_name: str
) -> None:
    key = {"pk": {"S": "user#u1"}, "sk": {"S": "assignment#button"}}
    dynamodb.put_item(TableName=table_name, Item={**key, "expires_at": {"N": "4000000000"}})

    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoUnits(calls, table_name).put_if_absent("user", "u1", an_assignment())


def test_a_winner_that_is_not_told_is_no_winner(way: Way) -> None:
    answering = Answering(error_body("ConditionalCheckFailedException"), "400 Bad Request")

    with calls_of(answering, way) as calls, pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoUnits(calls, "t").put_if_absent("user", "u1", an_assignment())


def test_items_of_other_kinds_are_left_to_their_readers(
    dynamodb: "DynamoDBClient", calls: DynamoCalls, table_name: str
) -> None:
    for sort_key in ("profile", "consent#ads", "assignments"):
        dynamodb.put_item(TableName=table_name, Item={"pk": {"S": "user#u1"}, "sk": {"S": sort_key}})

    assert DynamoUnits(calls, table_name).load("user", "u1", now=NOON) == NOTHING_STORED


def test_pages_without_end_are_left(way: Way) -> None:
    key = {"pk": {"S": "user#u1"}, "sk": {"S": "x"}}
    endless = Answering(json.dumps({"Items": [], "LastEvaluatedKey": key, "ConsumedCapacity": {}}).encode())

    with (
        calls_of(endless, way) as calls,
        pytest.raises(StoreUnavailable, match="more than 16 pages of items"),
    ):
        DynamoUnits(calls, "t").load("user", "u1", now=NOON)

    assert len(endless.requests) == 16
    assert endless.requests[1]["ExclusiveStartKey"] == key


@pytest.mark.parametrize(
    "damage",
    [
        {"content": {"S": "text"}},
        {"content": {"B": b"x"}, "revision": {"N": "1"}},
        {"content": {"B": b"x"}, "revision": {"S": "1"}, "digest": {"S": "d"}},
        {"content": {"B": b"x"}, "digest": {"S": "d"}},
    ],
)
def test_a_snapshot_that_is_not_ours_is_told_as_unavailable(
    dynamodb: "DynamoDBClient", calls: DynamoCalls, table_name: str, moto_url: str, damage: dict[str, Any]
) -> None:
    dynamodb.put_item(TableName=table_name, Item={"pk": {"S": "snapshot"}, "sk": {"S": "flags"}, **damage})

    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoSnapshots(calls, table_name).find_snapshot("flags")
    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoDefinitions(table_name, region=REGION, endpoint_url=moto_url).find_snapshot("flags")


def test_a_snapshot_is_read_as_it_was_committed(calls: DynamoCalls, table_name: str, moto_url: str) -> None:
    definitions = DynamoDefinitions(table_name, region=REGION, endpoint_url=moto_url)
    snapshots = DynamoSnapshots(calls, table_name)
    assert snapshots.find_snapshot("flags") is None

    for number in (1, 2):
        definitions.commit([], a_snapshot(number, "flags", bytes(range(256))))

    assert snapshots.find_snapshot("flags") == a_snapshot(2, "flags", bytes(range(256)))
    assert snapshots.find_snapshot("model:churn") is None


def test_every_call_is_one_request(table_name: str, way: Way) -> None:
    noting = Noting(DomainDispatcherApplication(create_backend_app))
    with calls_of(noting, way) as calls:
        units = DynamoUnits(calls, table_name)
        units.put_if_absent("user", "u1", an_assignment("control"))
        assert units.put_if_absent("user", "u1", an_assignment("treatment")).variant == "control"
        units.load("user", "u1", now=NOON)
        units.remove_override("user", "u1", "button")
        DynamoSnapshots(calls, table_name).find_snapshot("flags")

    assert noting.operations == ["PutItem", "PutItem", "Query", "DeleteItem", "GetItem"]


def test_a_unit_with_more_than_a_page_comes_whole(table_name: str, way: Way) -> None:
    noting = Noting(DomainDispatcherApplication(create_backend_app))
    with calls_of(noting, way) as calls:
        units = DynamoUnits(calls, table_name)
        for number in range(5):
            units.put_override("user", "u1", an_override(subject=f"e{number}", why="x" * 300_000))

        assert len(units.load("user", "u1", now=NOON).overrides) == 5

    assert noting.operations.count("Query") == 2


def test_reads_are_eventually_consistent(way: Way) -> None:
    answering = Answering(b'{"Items": [], "ConsumedCapacity": {}}')
    with calls_of(answering, way) as calls:
        DynamoUnits(calls, "t").load("user", "u1", now=NOON)
        DynamoSnapshots(calls, "t").find_snapshot("flags")

    assert all(not request.get("ConsistentRead") for request in answering.requests)


def test_functions_that_decide_need_no_pynamodb() -> None:
    seen = "import sluice.adapters.experiment_stores, sys; print({'pynamodb', 'boto3'} & sys.modules.keys())"

    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"
