"""What the items of all our tables have in common, and how their classes are bound to a table.

Name, region and patience of a table stand in one place, and never in a class body.
"""

from functools import cache
from threading import Lock
from types import new_class
from typing import Any, TypeVar, cast

from botocore.session import Session, get_session
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from sluice.adapters.json_text import from_json_text

CONNECT_TIMEOUT_SECONDS = 1.0
READ_TIMEOUT_SECONDS = 3.0
RETRY_COUNT = 2

DOCUMENT_FORMAT = 1
"""Raise it when a document changes in a way that older code cannot read."""


_client_lock = Lock()


@cache
def _session() -> Session:
    return get_session()


class OneSessionConnection(Connection):
    """A connection whose client is of the process's one session.

    PynamoDB has a session per connection and thread, and each of those reads the list of AWS's endpoints and the
    description of DynamoDB anew: 0.1 s of CPU before the first call, several times that where a function has a part
    of a CPU only.
    """

    @property
    def session(self) -> Session:
        """Nothing is kept in it but what was read, and credentials."""
        return _session()

    @property
    def client(self) -> Any:
        """As PynamoDB makes it; a session can make one client at a time."""
        with _client_lock:
            return super().client


class KeyedItem(Model):
    """What the items of all our tables have in common: a partition, and a place in its order."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


_Item = TypeVar("_Item", bound=KeyedItem)


def bind_items(
    item_class: type[_Item], table_name: str, *, region: str | None, endpoint_url: str | None = None
) -> tuple[type[_Item], Connection]:
    """An item class of its own for this table, and its connection, which transactions use too.

    Without `endpoint_url`, AWS_ENDPOINT_URL is honoured if it is set. Nothing is sent yet.
    """
    reach: dict[str, Any] = {
        "region": region,
        "host": endpoint_url,
        "connect_timeout_seconds": CONNECT_TIMEOUT_SECONDS,
        "read_timeout_seconds": READ_TIMEOUT_SECONDS,
        "max_retry_attempts": RETRY_COUNT,
    }
    meta = type("Meta", (), {"table_name": table_name, "billing_mode": "PAY_PER_REQUEST", **reach})
    name = f"Bound{item_class.__name__}"
    bound = cast("type[_Item]", new_class(name, (item_class,), exec_body=lambda body: body.update(Meta=meta)))
    table, connection = bound._get_connection(), OneSessionConnection(**reach)  # noqa: SLF001 - no other way in
    connection.add_meta_table(table.get_meta_table())
    table.connection = connection
    return bound, connection


def numbered(prefix: str, number: int | str) -> str:
    """A sort key. Numbers are padded to ten digits, so that keys sort as numbers do."""
    return f"{prefix}{int(number):010d}"


def checked_document(text: str, document_format: float) -> Any:
    """The document of an item. Raises ValueError for a format that this code does not read."""
    if document_format != DOCUMENT_FORMAT:
        raise ValueError(f"document_format == {document_format}, this code reads {DOCUMENT_FORMAT}")
    return from_json_text(text)
