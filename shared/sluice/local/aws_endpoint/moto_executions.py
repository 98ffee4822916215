"""Step Functions of the local plane: moto runs definitions, by the plane's clock and with the plane's own Lambda."""

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from sluice.local.aws_endpoint.answer import WsgiApp
from sluice.local.aws_endpoint.moto_interpreter import interpreter_with, join_executions, stop_executions
from sluice.local.aws_endpoint.moto_waits import ClockWaits
from sluice.local.movable_clock import MovableClock

_TARGET = "AWSStepFunctions."
_READ_TIMEOUT_SECONDS = 900  # as long as a function may take


class MotoExecutions:
    """The executions of one plane, whose tasks call the AWS endpoint at `endpoint_url`.

    Tasks wait until `open`: an execution that a journal starts again must not call an endpoint that is not there yet.
    """

    def __init__(self, clock: MovableClock, endpoint_url: str) -> None:
        self._waits = ClockWaits(clock)
        self._endpoint_url = endpoint_url
        self._is_open = threading.Event()
        self._is_loaded = False
        self._undo = ExitStack()
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def around(self, moto: WsgiApp) -> WsgiApp:
        """moto, whose interpreter is loaded with the first request to Step Functions: that takes seconds."""

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if environ.get("HTTP_X_AMZ_TARGET", "").startswith(_TARGET):
                self._load()
            return moto(environ, start_response)

        return application

    def open(self) -> None:
        """Let tasks call the endpoint, which answers from now on."""
        self._is_open.set()

    def end(self) -> None:
        """Stop every execution where it stands; a task that is under way ends with its answer."""
        if self._is_loaded:
            stop_executions(self._waits.clock)
        self._waits.end()
        self._is_open.set()

    def close(self) -> None:
        """Give moto back as it was found, after the last thread of an execution."""
        if self._is_loaded:
            self.end()
            join_executions()
        self._undo.close()

    def _load(self) -> None:
        if not self._is_loaded:
            self._undo.enter_context(interpreter_with(self._waits, self._client_of))
            self._is_loaded = True

    def _client_of(self, region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG002 moto's
        self._is_open.wait()
        # boto3's default session makes one client at a time; each of them may serve many threads.
        with self._lock:
            if (region, service) not in self._clients:
                self._clients[region, service] = self._new_client(region, service)
            return self._clients[region, service]

    def _new_client(self, region: str, service: str) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=_READ_TIMEOUT_SECONDS
        )
        make: Any = boto3.client
        client = make(
            service,
            region_name=region,
            endpoint_url=self._endpoint_url,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - nobody checks it
            config=config,
        )
        self._undo.callback(client.close)
        return client
