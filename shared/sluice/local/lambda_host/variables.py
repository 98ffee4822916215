"""What a function finds in its environment: what Lambda sets, the plane's additions, the function's own."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.log_store import log_group_of


@dataclass(frozen=True, slots=True)
class EnvironmentPlace:
    """Where one environment lives: its code, its /tmp, its Runtime API address and its log stream."""

    task_root: Path
    scratch: Path
    runtime_api: str
    log_stream: str


def process_variables(
    version: FunctionVersion, place: EnvironmentPlace, plane_variables: Mapping[str, str]
) -> dict[str, str]:
    """Every variable of an environment's process. Of the parent's own, only the search path for programs is taken."""
    region = version.arn.split(":")[3]
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": str(place.scratch),
        "HOME": str(place.scratch),
        "PYTHONPATH": str(place.task_root),
        **_credentials(),
        **plane_variables,
        **version.settings.environment,
        **_lambda_variables(version, region),
        "LAMBDA_TASK_ROOT": str(place.task_root),
        "LAMBDA_RUNTIME_DIR": sys.prefix,
        "AWS_LAMBDA_RUNTIME_API": place.runtime_api,
        "AWS_LAMBDA_LOG_STREAM_NAME": place.log_stream,
    }


def _credentials() -> dict[str, str]:
    # Signed requests need some; the local endpoints accept any, and real AWS none of these.
    return {"AWS_ACCESS_KEY_ID": "sluice-local", "AWS_SECRET_ACCESS_KEY": "sluice-local"}


def _lambda_variables(version: FunctionVersion, region: str) -> dict[str, str]:
    settings = version.settings
    return {
        "_HANDLER": settings.handler,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.runtime}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": version.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": version.function_version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group_of(version.function_name),
    }
