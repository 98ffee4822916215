"""What the control function may not import for the routes of the protocol: the control API pays for itself."""

import subprocess
import sys

PROGRAM = """
import sys
from io import StringIO
from aws_lambda_powertools import Logger
from functions.control.composition import build_handler
from functions.control.experiment_wiring import wire_experiments
from functions.control.settings import ControlSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from tests.functions.builders import an_event
from tests.functions.control_function import CONTEXT

ports = {"registry": MemoryRegistry(), "publisher": MemoryPublisher()}
settings = ControlSettings(registry_table="registry", experiments_table="experiments", units_table="units")

def experiments():
    return wire_experiments(settings, **ports, region="eu-central-1")

handler = build_handler(**ports, logger=Logger(service="control", stream=StringIO()), experiments=experiments)

def ask(path):
    answer = handler(an_event("GET", path, route_key="ANY"), CONTEXT)
    print(answer["statusCode"], *sorted(name for name in HEAVY if name in sys.modules), sep=",")

ask("/v2/health/ready")
ask("/v1/openapi.json")
"""
HEAVY = ("cel_expr_python", "functions.control.control_api", "pynamodb", "sluice.usecases.start_experiment")


def test_the_protocols_routes_import_nothing_of_experiments() -> None:
    program = f"HEAVY = {HEAVY!r}\n{PROGRAM}"

    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ".:shared", "AWS_DEFAULT_REGION": "eu-central-1"},
    )

    assert finished.stderr == ""
    assert finished.stdout.splitlines() == ["200", ",".join(["200", *HEAVY])]
