"""One environment per model, started before the first request wants it.

Candidates stay cold, as on Lambda: a start takes a processor about a second, and `sluice up` should be quick.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from sluice.catalog.alias import AliasState
from sluice.cli.connections import Connections

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_AT_ONCE = 2


class WarmUp:
    """Wakes models in the background; leaving the `with` block waits for all of them and raises what one raised."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._asked: list[Future[None]] = []

    def wake(self, model: str) -> None:
        """Ask the model's stable function version whether it is ready; nothing without an alias.

        It is invoked by its number: an invocation through the alias would use up a decision of the seeded sequence.
        """
        alias = self._connections.publisher.alias(model)
        if alias:
            client = self._connections.functions
            self._asked.append(self._pool.submit(_ask_ready, client, alias, _ready_event(model)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        if error is None:
            for asked in self._asked:
                asked.result()


def _ask_ready(client: "LambdaClient", alias: AliasState, event: bytes) -> None:
    client.invoke(FunctionName=alias.function_name, Qualifier=alias.stable_version, Payload=event)


def _ready_event(model: str) -> bytes:
    from sluice.local.gateway.event import GatewayIdentity, RouteMatch, to_event
    from sluice.local.gateway.request import HttpRequest

    path = f"/v2/models/{model}/ready"
    match = RouteMatch(f"ANY /v2/models/{model}/{{proxy+}}", {"proxy": "ready"})
    return to_event(
        HttpRequest("GET", path), match, identity=GatewayIdentity(), request_id=uuid4().hex, now=datetime.now(UTC)
    )
