"""The registry table's one kind of item, and its keys.

Layout (`pk`, `sk`), each access pattern one key condition:

    models           NAME               a model's facts
    model#NAME       version#NUMBER     a model version; newest first by reading backwards
    model#NAME       release#NUMBER     a release
    model#NAME       binding#VERSION    a function version and its release
    model#NAME       event#INSTANT#…    one event of the history
"""

from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from sluice.adapters.dynamodb_binding import DOCUMENT_FORMAT, KeyedItem

MODELS = "models"
VERSION = "version#"
RELEASE = "release#"
BINDING = "binding#"
EVENT = "event#"

_event_sequence = count()


class RegistryItem(KeyedItem):
    """An immutable document, and beside it the one thing that may change: a version's approval."""

    document = UnicodeAttribute()
    document_format = NumberAttribute(default=DOCUMENT_FORMAT)
    state = UnicodeAttribute(null=True)
    approval = UnicodeAttribute(null=True)


def partition(model: str) -> str:
    """The partition of everything that belongs to a model."""
    return f"model#{model}"


def event_key(at: datetime) -> str:
    """A fresh sort key: by instant, then by the order in which this process wrote."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{EVENT}{instant}#{next(_event_sequence):010d}#{uuid4().hex[:8]}"
