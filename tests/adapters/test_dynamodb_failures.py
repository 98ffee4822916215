import socket
from collections.abc import Callable, Iterable
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.catalog.approval import ApprovalState
from sluice.errors import ModelVersionTaken, StoreUnavailable
from tests.adapters.broken_dynamodb import Application, refusing
from tests.adapters.conftest import REGION, serving
from tests.unit.catalog.builders import a_model, a_version, an_event


def registry_behind(application: Application, use: Callable[[DynamoRegistry], None], table_name: str) -> None:
    with serving(application) as url:
        use(DynamoRegistry(RegistryTable(table_name, region=REGION, endpoint_url=url)))


def put_raw(table: RegistryTable, moto_url: str, **item: Any) -> None:
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=moto_url)
    client.put_item(TableName=table.name, Item=item)
    client.close()


def test_an_endpoint_that_is_gone_is_told_as_unavailable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    registry = DynamoRegistry(RegistryTable("registry", region=REGION, endpoint_url=url))

    with pytest.raises(StoreUnavailable, match="table registry is unavailable"):
        registry.find_model("churn")
    with pytest.raises(StoreUnavailable):
        registry.save_model(a_model(), an_event())
    with pytest.raises(StoreUnavailable):
        registry.list_models()


def test_a_table_that_is_missing_is_told_as_unavailable(moto_url: str) -> None:
    registry = DynamoRegistry(RegistryTable("no-such-table", region=REGION, endpoint_url=moto_url))

    with pytest.raises(StoreUnavailable, match="table no-such-table is unavailable: ResourceNotFoundException"):
        registry.find_model("churn")
    with pytest.raises(StoreUnavailable, match="ResourceNotFoundException"):
        registry.add_version(a_version(), an_event())


def test_creating_a_table_twice_keeps_what_it_holds(table: RegistryTable) -> None:
    DynamoRegistry(table).save_model(a_model(), an_event())

    table.create()

    assert DynamoRegistry(table).find_model("churn") == a_model()


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"document": {"S": "not json"}},
        {"document": {"S": "[]"}},
        {"document": {"S": "{}"}, "document_format": {"N": "1"}},
        {"document": {"N": "1"}},
        {"document": {"S": '{"name": "churn"}'}, "document_format": {"N": "2"}},
    ],
)
def test_an_item_that_is_not_ours_is_told_as_unavailable(
    table: RegistryTable, moto_url: str, item: dict[str, Any]
) -> None:
    put_raw(table, moto_url, pk={"S": "models"}, sk={"S": "churn"}, **item)

    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoRegistry(table).find_model("churn")
    with pytest.raises(StoreUnavailable, match="an item is not ours"):
        DynamoRegistry(table).list_models()


def test_a_transaction_that_met_another_is_tried_again(table: RegistryTable) -> None:
    moto = DomainDispatcherApplication(create_backend_app)
    busy = refusing("TransactionCanceledException", ["TransactionConflict", "None"], times=2, otherwise=moto)

    registry_behind(busy, lambda registry: registry.add_version(a_version(), an_event()), table.name)

    assert DynamoRegistry(table).find_version("churn", 1) == a_version()


def test_a_transaction_that_always_meets_another_gives_up(table: RegistryTable) -> None:
    moto = DomainDispatcherApplication(create_backend_app)
    busy = refusing("TransactionCanceledException", ["TransactionConflict", "None"], times=99, otherwise=moto)

    def use(registry: DynamoRegistry) -> None:
        with pytest.raises(StoreUnavailable, match="other transactions held the item at every try"):
            registry.add_version(a_version(), an_event())

    registry_behind(busy, use, table.name)


def test_throttling_that_lasts_is_told_by_its_code(table: RegistryTable) -> None:
    moto = DomainDispatcherApplication(create_backend_app)
    throttled = refusing("ProvisionedThroughputExceededException", [], times=99, otherwise=moto)

    def use(registry: DynamoRegistry) -> None:
        with pytest.raises(StoreUnavailable, match="ProvisionedThroughputExceededException"):
            registry.add_version(a_version(), an_event())

    registry_behind(throttled, use, table.name)


def test_a_condition_that_failed_for_no_visible_reason_asks_for_another_try(table: RegistryTable) -> None:
    moto = DomainDispatcherApplication(create_backend_app)
    failed = refusing("TransactionCanceledException", ["ConditionalCheckFailed", "None"], times=99, otherwise=moto)

    def use(registry: DynamoRegistry) -> None:
        with pytest.raises(StoreUnavailable, match="an item changed while it was written"):
            registry.add_version(a_version(), an_event())
        with pytest.raises(StoreUnavailable, match="an item changed while it was written"):
            registry.save_model(a_model(), an_event())

    registry_behind(failed, use, table.name)


def test_the_newest_of_many_versions_is_read_alone(table: RegistryTable) -> None:
    with table.item.batch_write() as batch:
        for number in range(1, 301):
            batch.save(table.item("model#churn", f"version#{number:010d}", document="x" * 1000))
    moto = DomainDispatcherApplication(create_backend_app)
    answers: list[bytes] = []

    def noting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answers.append(b"".join(moto(environ, start_response)))
        return answers[-1:]

    def use(registry: DynamoRegistry) -> None:
        assert registry.latest_version_number("churn") == 300

    registry_behind(noting, use, table.name)

    assert len(answers) == 1
    assert len(answers[0]) < 2_000


def test_the_endpoint_may_come_from_the_environment(
    table: RegistryTable, moto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    registry = DynamoRegistry(RegistryTable(table.name, region=REGION))

    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    with pytest.raises(ModelVersionTaken):
        registry.add_version(a_version(1), an_event())

    assert DynamoRegistry(table).latest_version_number("churn") == 1
