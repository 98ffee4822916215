"""How DynamoDB fails for PynamoDB's tables, in our words; `dynamodb_calls` knows it for the hot path."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from sluice.errors import StoreUnavailable


@contextmanager
def told_as_unavailable(table_name: str) -> Iterator[None]:
    """Turn whatever a client, or the reading of an item, may raise into StoreUnavailable with the table and cause."""
    try:
        yield
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        raise StoreUnavailable(f"table {table_name}", str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StoreUnavailable(f"table {table_name}", f"an item is not ours: {error}") from error
