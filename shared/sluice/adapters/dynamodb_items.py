"""The registry table's one kind of item, its keys, and the table it is bound to.

Layout (`pk`, `sk`), each access pattern one key condition:

    models           NAME               a model's facts
    model#NAME       version#NUMBER     a model version; newest first by reading backwards
    model#NAME       release#NUMBER     a release
    model#NAME       binding#VERSION    a function version and its release
    model#NAME       event#INSTANT#…    one event of the history

Numbers are padded to ten digits, so that keys sort as numbers do.
"""

from datetime import UTC, datetime
from itertools import count
from types import new_class
from typing import Any
from uuid import uuid4

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

MODELS = "models"
VERSION = "version#"
RELEASE = "release#"
BINDING = "binding#"
EVENT = "event#"

DOCUMENT_FORMAT = 1
"""Raise it when a document changes in a way that older code cannot read."""

CONNECT_TIMEOUT_SECONDS = 1.0
READ_TIMEOUT_SECONDS = 3.0
RETRY_COUNT = 2

_event_sequence = count()


class RegistryItem(Model):
    """An immutable document, and beside it the one thing that may change: a version's approval."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = UnicodeAttribute()
    document_format = NumberAttribute(default=DOCUMENT_FORMAT)
    state = UnicodeAttribute(null=True)
    approval = UnicodeAttribute(null=True)


def bind_items(
    table_name: str, *, region: str | None, endpoint_url: str | None = None
) -> tuple[type[RegistryItem], Connection]:
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
    item = new_class("BoundRegistryItem", (RegistryItem,), exec_body=lambda body: body.update(Meta=meta))
    return item, Connection(**reach)


def partition(model: str) -> str:
    """The partition of everything that belongs to a model."""
    return f"model#{model}"


def numbered(prefix: str, number: int | str) -> str:
    """The sort key of a version, release or binding."""
    return f"{prefix}{int(number):010d}"


def event_key(at: datetime) -> str:
    """A fresh sort key: by instant, then by the order in which this process wrote."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{EVENT}{instant}#{next(_event_sequence):010d}#{uuid4().hex[:8]}"
