import json
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.errors import DefinitionChanged, StoreUnavailable
from sluice.experiments.ports import Kind
from tests.adapters.broken_dynamodb import Answering, Application, error_body, listening, refusing
from tests.adapters.conftest import REGION, serving
from tests.adapters.stored_experiments import a_definition, a_snapshot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[[DynamoDefinitions], object]
CALLS: dict[str, Call] = {
    "find": lambda store: store.find(Kind.FLAG, "button"),
    "list_all": lambda store: store.list_all(Kind.FLAG),
    "history": lambda store: store.history(Kind.FLAG, "button"),
    "find_snapshot": lambda store: store.find_snapshot("flags"),
    "commit": lambda store: store.commit([a_definition()], a_snapshot()),
    "unit_hash_key": lambda store: store.unit_hash_key(),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def moto() -> Application:
    application: Application = DomainDispatcherApplication(create_backend_app)
    return application


def store_at(url: str, table_name: str = "t") -> DynamoDefinitions:
    return DynamoDefinitions(table_name, region=REGION, endpoint_url=url)


@every_call
def test_an_endpoint_that_is_gone_is_told_as_unavailable(call: Call) -> None:
    with listening() as (_, url):
        pass

    with pytest.raises(StoreUnavailable, match="table t is unavailable"):
        call(store_at(url))


@every_call
def test_a_table_that_is_missing_is_told_as_unavailable(call: Call, moto_url: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"table t is unavailable: .*ResourceNotFoundException"):
        call(store_at(moto_url))


@every_call
def test_an_access_that_is_denied_is_told_by_its_code(call: Call) -> None:
    denied = Answering(error_body("AccessDeniedException"), "400 Bad Request")

    with serving(denied) as url, pytest.raises(StoreUnavailable, match=r"table t is unavailable: .*AccessDenied"):
        call(store_at(url))


@pytest.mark.parametrize(
    "damage",
    [
        {"document": {"S": "not json"}},
        {"document": {"NULL": True}},
        {"document_format": {"N": "2"}},
        {"revision": {"NULL": True}},
        {"note": {"S": "{}"}},
        {"note": {"S": '{"by": "ada"}'}},
        {"note": {"NULL": True}},
    ],
)
def test_a_definition_that_is_not_ours_is_told_as_unavailable(
    dynamodb: "DynamoDBClient", table_name: str, moto_url: str, damage: dict[str, Any]
) -> None:
    store = store_at(moto_url, table_name)
    store.commit([a_definition(kind=Kind.FLAG)])
    for pk in ("flag", "flag#button"):
        [item] = dynamodb.query(
            TableName=table_name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": pk}}
        )["Items"]
        dynamodb.put_item(TableName=table_name, Item={**item, **damage})

    for name in ("find", "list_all", "history"):
        with pytest.raises(StoreUnavailable, match="an item is not ours"):
            CALLS[name](store)


@pytest.mark.parametrize("content", [{"B": b"short"}, {"S": "text"}, {"NULL": True}])
def test_a_unit_hash_key_that_is_not_ours_is_told_and_never_replaced(
    dynamodb: "DynamoDBClient", table_name: str, moto_url: str, content: dict[str, Any]
) -> None:
    item: dict[str, Any] = {"pk": {"S": "settings"}, "sk": {"S": "unit-hash-key"}, "content": content}
    dynamodb.put_item(TableName=table_name, Item=item)

    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        store_at(moto_url, table_name).unit_hash_key()

    key = {"pk": item["pk"], "sk": item["sk"]}
    assert dynamodb.get_item(TableName=table_name, Key=key)["Item"]["content"] == content


def test_a_commit_that_met_another_is_tried_again(table_name: str) -> None:
    busy = refusing("TransactionCanceledException", ["TransactionConflict", "None"], times=2, otherwise=moto())

    with serving(busy) as url:
        store_at(url, table_name).commit([a_definition()], a_snapshot())

        assert store_at(url, table_name).find(Kind.EXPERIMENT, "button") == a_definition()


def test_a_commit_that_always_meets_another_gives_up(table_name: str) -> None:
    busy = refusing("TransactionCanceledException", ["None", "TransactionConflict"], times=99, otherwise=moto())

    with serving(busy) as url:
        store = store_at(url, table_name)
        with pytest.raises(StoreUnavailable, match="other transactions held the item at every try"):
            store.commit([a_definition()])

        assert store.find(Kind.EXPERIMENT, "button") is None


@pytest.mark.parametrize(("position", "kind", "key"), [(0, "flag", "a"), (3, "flag", "b"), (4, "snapshot", "flags")])
def test_whatever_moved_is_named_by_its_place_in_the_transaction(position: int, kind: str, key: str) -> None:
    reasons = ["TransactionConflict" if at != position else "ConditionalCheckFailed" for at in range(5)]
    failed = refusing("TransactionCanceledException", reasons, times=99, otherwise=moto())
    commit = [a_definition(key="a", kind=Kind.FLAG), a_definition(key="b", kind=Kind.FLAG)]

    with serving(failed) as url, pytest.raises(DefinitionChanged) as caught:
        store_at(url).commit(commit, a_snapshot(1, "flags"))

    assert (caught.value.kind, caught.value.key) == (kind, key)


def test_throttling_that_lasts_is_told_by_its_code(table_name: str) -> None:
    throttled = refusing("ProvisionedThroughputExceededException", [], times=99, otherwise=moto())

    with serving(throttled) as url, pytest.raises(StoreUnavailable, match="ProvisionedThroughputExceededException"):
        store_at(url, table_name).commit([a_definition()])


def test_every_try_of_a_commit_carries_the_same_token() -> None:
    """So that DynamoDB knows again what had arrived when its answer was lost."""
    tokens: list[str] = []
    failing = Answering(error_body("InternalServerError"), "500 Internal Server Error")
    transaction_conflict = refusing("TransactionCanceledException", ["TransactionConflict"], times=1, otherwise=failing)

    def noting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        tokens.append(json.loads(body)["ClientRequestToken"])
        return transaction_conflict({**environ, "wsgi.input": BytesIO(body)}, start_response)

    with serving(noting) as url, pytest.raises(StoreUnavailable, match="InternalServerError"):
        store_at(url).commit([a_definition()])

    assert len(tokens) > 2
    assert len(set(tokens)) == 1
