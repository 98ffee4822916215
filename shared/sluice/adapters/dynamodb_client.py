"""The client of the hot path: one try, within a budget, over connections that stay open."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_POOL_CONNECTIONS = 4


def dynamodb_client(*, budget_ms: int, region: str | None = None, endpoint_url: str | None = None) -> "DynamoDBClient":
    """A low-level client that waits `budget_ms` for a connection, and as long for each piece of an answer.

    That is no limit for a whole call: `deadline.Deadline` is. Nothing is sent yet.
    """
    import boto3  # heavy; imported by functions that decide
    from botocore.config import Config

    seconds = budget_ms / 1000
    config = Config(
        connect_timeout=seconds,
        read_timeout=seconds,
        retries={"mode": "standard", "total_max_attempts": 1},
        tcp_keepalive=True,
        max_pool_connections=_POOL_CONNECTIONS,
    )
    return boto3.client("dynamodb", region_name=region, endpoint_url=endpoint_url, config=config)
