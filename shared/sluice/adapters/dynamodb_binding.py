"""What the items of all our tables have in common, and how their classes are bound to a table.

Name, region and patience of a table stand in one place, and never in a class body.
"""

from types import new_class
from typing import Any, TypeVar, cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from sluice.adapters.json_text import from_json_text

CONNECT_TIMEOUT_SECONDS = 1.0
READ_TIMEOUT_SECONDS = 3.0
RETRY_COUNT = 2

DOCUMENT_FORMAT = 1
"""Raise it when a document changes in a way that older code cannot read."""


class KeyedItem(Model):
    """What the items of all our tables have in common: a partition, and a place in its order."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


_Item = TypeVar("_Item", bound=KeyedItem)


def bind_items(
    item_class: type[_Item], table_name: str, *, region: str | None, endpoint_url: str | None = None
) -> tuple[type[_Item], Connection]:
    """An item class of its own for this table, and the connection that its transactions use.

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
    bound = new_class(f"Bound{item_class.__name__}", (item_class,), exec_body=lambda body: body.update(Meta=meta))
    return cast("type[_Item]", bound), Connection(**reach)


def numbered(prefix: str, number: int | str) -> str:
    """A sort key. Numbers are padded to ten digits, so that keys sort as numbers do."""
    return f"{prefix}{int(number):010d}"


def checked_document(text: str, document_format: float) -> Any:
    """The document of an item. Raises ValueError for a format that this code does not read."""
    if document_format != DOCUMENT_FORMAT:
        raise ValueError(f"document_format == {document_format}, this code reads {DOCUMENT_FORMAT}")
    return from_json_text(text)
