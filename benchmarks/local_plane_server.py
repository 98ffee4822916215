"""The local plane with the inference function in its own process, over real HTTP, on the port that BENCH_PORT names.

`python -m benchmarks.local_plane_server [loop|threads]`: where handlers run.
"""

import os
import signal
import sys
from threading import Event

from benchmarks.example_event import MODEL
from benchmarks.example_release import release_handler
from sluice.adapters.stdout_records import write_line
from sluice.catalog.release import LIVE_ALIAS, function_name_of
from sluice.local.lambda_control.alias_changes import AliasWrite
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.plane import start_plane
from sluice.local.plane_settings import PlaneSettings


def serve() -> None:
    """Until SIGTERM."""
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    handler = release_handler(write_line)
    settings = PlaneSettings(
        gateway_port=int(os.environ["BENCH_PORT"]),
        aws_port=0,
        handler_factory=lambda _: handler,
        handlers_on_loop=sys.argv[1] == "loop",
    )
    with start_plane(settings) as plane:
        _deploy(plane.functions)
        ended.wait()


def _deploy(functions: LambdaFunctions) -> None:
    """One function with one version behind its alias; its code is that of `release_handler`, not the package's."""
    name = function_name_of(MODEL)
    settings = FunctionSettings("python3.13", "arn:aws:iam::000000000000:role/bench", "handler.handler")
    functions.create_function(name, settings, zip_bytes=zip_of({"handler.py": b""}))
    functions.publish_version(name)
    functions.create_alias(name, LIVE_ALIAS, AliasWrite("1", {}))


if __name__ == "__main__":
    serve()
