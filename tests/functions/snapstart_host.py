"""Lambda's Runtime API for one environment that starts from a snapshot: it initialises, is restored, and serves."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

_PREFIX = "/2018-06-01/runtime"
_PATIENCE_SECONDS = 60


class SnapStartHost:
    """`restore` wakes the environment once it is kept; `invoke` asks it."""

    def __init__(self) -> None:
        self.is_kept = threading.Event()
        self.failures: list[str] = []
        self._restored = threading.Event()
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    def restore(self) -> None:
        """Let the environment go on that has been kept."""
        assert self.is_kept.wait(_PATIENCE_SECONDS)
        self._restored.set()

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """The function's answer."""
        self._events.put(event)
        return self._answers.get(timeout=_PATIENCE_SECONDS)

    @contextmanager
    def environment(self, handler: str, variables: Mapping[str, str]) -> Iterator["SnapStartHost"]:
        """A process under AWS's runtime client."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        told = {"AWS_LAMBDA_RUNTIME_API": self.address, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
            env={"PYTHONPATH": "shared:.", "PATH": os.environ["PATH"], **told, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        try:
            yield self
        finally:
            process.kill()
            process.wait()
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def keep(self) -> None:
        self.is_kept.set()
        self._restored.wait(_PATIENCE_SECONDS)

    def next_event(self) -> bytes:
        return json.dumps(self._events.get(timeout=_PATIENCE_SECONDS)).encode()

    def take(self, path: str, body: bytes) -> None:
        if path.endswith("/response"):
            self._answers.put(json.loads(body))
        else:
            self.failures.append(f"{path} {body.decode()}")
            self.is_kept.set()
            self._answers.put(None)


def _handler_of(host: SnapStartHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1

        def do_GET(self) -> None:
            if self.path == f"{_PREFIX}/restore/next":
                host.keep()
                self._answer(b"", 200)
            else:
                self._answer(host.next_event(), 200)

        def do_POST(self) -> None:
            host.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self._answer(b"{}", 202)

        def _answer(self, body: bytes, status: int) -> None:
            self.send_response(status)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000000")
            self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:f:1")
            # The runtime client does not survive the absence of these.
            self.send_header("Content-Type", "application/json")
            self.send_header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
