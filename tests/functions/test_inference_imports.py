"""What the hot route may not import: each of these costs a cold start more than the model does."""

import subprocess
import sys

PROGRAM = """
import sys
from functions.inference.composition import build_handler
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event

published = PublishedRelease()
settings = published.publish()
before = set(sys.modules)
handler = build_handler(settings, content=published.store, write_line=lambda line: None)
handler(an_event(body=a_body()), CONTEXT)
warm = set(sys.modules)
assert handler(an_event(body=a_body()), CONTEXT)["statusCode"] == 200
assert handler(an_event(body=b"{"), CONTEXT)["statusCode"] == 400
print(*sorted(set(sys.modules) - warm), sep=",")
print(*sorted(name for name in HEAVY if name in warm - before), sep=",")
handler(an_event("GET", "/v2"), CONTEXT)
print("fastapi" in sys.modules)
"""
HEAVY = (
    "fastapi",
    "starlette",
    "mangum",
    "pydantic",
    "boto3",
    "pynamodb",
    "asyncio",
    "logging.config",
    "yaml",
    "rfc8785",
)


def test_the_hot_route_imports_no_framework_and_nothing_at_all_once_it_is_warm() -> None:
    program = f"HEAVY = {HEAVY!r}\n{PROGRAM}"

    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ".:shared"},
    )

    assert finished.stderr == ""
    assert finished.stdout.splitlines() == ["", "", "True"]
