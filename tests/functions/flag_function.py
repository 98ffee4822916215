"""A control function in this process that evaluates flags, behind its Lambda handler, over stores in memory."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from functions.control.flag_evaluation import FlagSurroundings, build_ofrep_app
from functions.control.settings import ControlSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from tests.functions.builders import an_event
from tests.functions.control_function import CONTEXT
from tests.unit.usecases.flag_evaluation import Evaluation

FLAGS_PATH = "/ofrep/v1/evaluate/flags"


class FlagFunction:
    """The handler over what `evaluation` holds: its stores, its clock, its lines."""

    def __init__(self, evaluation: Evaluation, rate_rps: int = 0) -> None:
        settings = ControlSettings(
            registry_table="registry", experiments_table="experiments", units_table="units", ofrep_rate_rps=rate_rps
        )
        time = evaluation.time
        surroundings = FlagSurroundings(
            evaluation.definitions, evaluation.units, evaluation.lines.append, time, time.timer_ns
        )
        self.handler = build_handler(
            registry=MemoryRegistry(),
            publisher=MemoryPublisher(),
            # Loggers of one name share their first stream for the life of the process.
            logger=Logger(service=f"control-{uuid4().hex}", stream=io.StringIO()),
            flags=lambda: build_ofrep_app(settings, surroundings),
        )

    def post(
        self, key: str = "", body: Any = None, *, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, document and headers of the answer; all flags without a key. A body of bytes goes as it is."""
        path = f"{FLAGS_PATH}/{key}" if key else FLAGS_PATH
        event = an_event(method, path, body, headers=headers, route_key="ANY /ofrep/v1/{proxy+}")
        answer = self.handler(event, CONTEXT)
        return answer["statusCode"], orjson.loads(answer["body"] or "null"), answer["headers"]
