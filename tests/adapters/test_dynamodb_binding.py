"""Tables of one process share what takes long to read, and nothing that is their own."""

from sluice.adapters.dynamodb_binding import bind_items
from sluice.adapters.dynamodb_items import RegistryItem


def test_tables_share_a_session_and_each_has_one_client_for_items_and_transactions() -> None:
    (items, connection), (others, another) = (
        bind_items(RegistryItem, name, region="eu-central-1", endpoint_url="http://127.0.0.1:9") for name in ("a", "b")
    )

    assert connection.session is another.session
    assert connection.client is not another.client
    assert items._get_connection().connection is connection
    assert [it.Meta.table_name for it in (items, others)] == ["a", "b"]
