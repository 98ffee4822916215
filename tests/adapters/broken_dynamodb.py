"""DynamoDB as no one wants it: refusing, silent, hanging up, or talking nonsense."""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sluice.adapters.dynamodb_calls import DynamoCalls
from tests.adapters.conftest import serving
from tests.adapters.dynamodb_ways import Way

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BUDGET_MS = 150


class Answering:
    """Every request gets the same answer; `requests` are the bodies of those that came."""

    def __init__(self, body: bytes, status: str = "200 OK") -> None:
        self.requests: list[dict[str, Any]] = []
        self._body = body
        self._status = status

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.requests.append(json.loads(content))
        start_response(self._status, [("Content-Type", "application/x-amz-json-1.0")])
        return [self._body]


class Noting:
    """Passes every request on; `operations` are their names."""

    def __init__(self, application: Application) -> None:
        self.operations: list[str] = []
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.operations.append(environ["HTTP_X_AMZ_TARGET"].partition(".")[2])
        return self._application(environ, start_response)


def refusing(code: str, reasons: list[str], *, times: int, otherwise: Application) -> Application:
    """DynamoDB that refuses the first `times` transactions, and then is itself again."""
    left = times
    refusal = Answering(error_body(code, CancellationReasons=[{"Code": it} for it in reasons]), "400 Bad Request")

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal left
        if left and environ.get("HTTP_X_AMZ_TARGET", "").endswith("TransactWriteItems"):
            left -= 1
            return refusal(environ, start_response)
        return otherwise(environ, start_response)

    return application


def error_body(code: str, **more: Any) -> bytes:
    """An error as DynamoDB tells it."""
    return json.dumps(
        {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "as the test wishes", **more}
    ).encode()


Calls = AbstractContextManager[DynamoCalls]


@contextmanager
def calls_of(application: Application, way: Way) -> Iterator[DynamoCalls]:
    with serving(application) as url, way(url) as calls:
        yield calls


@contextmanager
def silent_calls(way: Way) -> Iterator[DynamoCalls]:
    """Whoever they ask takes the connection and never answers."""
    with listening() as (_, url), way(url, budget_ms=BUDGET_MS) as calls:
        yield calls


@contextmanager
def hung_up_calls(way: Way) -> Iterator[DynamoCalls]:
    """Whoever they ask hangs up."""
    with listening() as (listener, url):
        thread = threading.Thread(target=_hang_up, args=(listener,))
        thread.start()
        with way(url) as calls:
            yield calls
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def refused_calls(way: Way) -> Iterator[DynamoCalls]:
    """Nobody listens where they ask."""
    with listening() as (_, url):
        pass
    with way(url) as calls:
        yield calls


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _hang_up(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.close()
