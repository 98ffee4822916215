"""A function that does what its event says; the same file runs in processes and in this process."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

BOOT = str(uuid4())
print("booted")


def handler(event: dict[str, Any], context: Any) -> Any:
    """Do `event["do"]`; by default, say who answers."""
    return ACTIONS[event.get("do", "report")](event, context)


def report(event: dict[str, Any], context: Any) -> Any:
    """Who answers, and what it was asked."""
    return {
        "boot": BOOT,
        "event": event,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "request_id": context.aws_request_id,
        "remaining_ms": context.get_remaining_time_in_millis(),
    }


def wait_for(event: dict[str, Any], context: Any) -> Any:
    """Come back when the file is there."""
    while not Path(event["path"]).exists():
        time.sleep(0.005)
    return BOOT


def fail(event: dict[str, Any], context: Any) -> Any:
    """Raise."""
    raise ValueError(event["message"])


def leave(event: dict[str, Any], context: Any) -> Any:
    """End the process."""
    sys.exit(event["status"])


def say(event: dict[str, Any], context: Any) -> Any:
    """Print to both streams."""
    print(event["text"])
    sys.stderr.write(event["text"] + " as an error\n")


def fill(event: dict[str, Any], context: Any) -> Any:
    """A string whose JSON has this many bytes."""
    return "x" * (event["bytes"] - 2)


def marshal(event: dict[str, Any], context: Any) -> Any:
    """Something that JSON cannot carry."""
    return object()


def spawn(event: dict[str, Any], context: Any) -> Any:
    """Leave a child running, and tell its pid."""
    child = subprocess.Popen(["sleep", "300"])
    return child.pid


ACTIONS = {
    "report": report,
    "wait_for": wait_for,
    "fail": fail,
    "leave": leave,
    "say": say,
    "fill": fill,
    "marshal": marshal,
    "spawn": spawn,
}
