"""The two ways to DynamoDB: boto3, and our own wire. What holds for one holds for the other."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from sluice.adapters.aws_wire.dynamodb_wire import DynamoWire
from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.dynamodb_boto_calls import BotoCalls
from sluice.adapters.dynamodb_calls import DynamoCalls
from sluice.adapters.dynamodb_client import dynamodb_client
from sluice.clock import SystemClock
from sluice.local.resources import REGION


class Way(Protocol):
    """Calls to the DynamoDB at a URL."""

    def __call__(self, url: str, *, budget_ms: int = 60_000) -> AbstractContextManager[DynamoCalls]: ...


@contextmanager
def by_boto3(url: str, *, budget_ms: int = 60_000) -> Iterator[DynamoCalls]:
    client = dynamodb_client(budget_ms=budget_ms, region=REGION, endpoint_url=url)
    try:
        yield BotoCalls(client)
    finally:
        client.close()


@contextmanager
def by_wire(url: str, *, budget_ms: int = 60_000) -> Iterator[DynamoCalls]:
    wires = Wires(SystemClock(), signed_for(url))
    try:
        wire: DynamoWire = wires.dynamodb(budget_ms=budget_ms)
        yield wire
    finally:
        wires.start_anew()


def signed_for(url: str, **more: str) -> Mapping[str, Any]:
    """The environment of a function whose AWS is at this URL."""
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {**keys, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": url, **more}


WAYS: dict[str, Way] = {"boto3": by_boto3, "wire": by_wire}
