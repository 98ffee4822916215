"""What AWS Lambda allows in a function's settings and deployment package."""

import io
import json
import re
import zipfile

from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.refusals import broken_constraint, invalid_value

MAX_ZIP_BYTES = 52_428_800
MAX_UNZIPPED_BYTES = 262_144_000
_MAX_ENVIRONMENT_BYTES = 4096
_ROLE = re.compile(r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")
_RUNTIME = re.compile(r"python3\.\d+")
_ARCHITECTURES = ("x86_64", "arm64")
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_RANGES = {"timeout": (1, 900), "memorySize": (128, 10_240)}
_RESERVED_VARIABLES = frozenset(
    (
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    )
)
_ENVIRONMENT_REFUSED = (
    "Lambda was unable to configure your environment variables because the environment variables you "
)


def check_settings(settings: FunctionSettings) -> None:
    """Hold settings against the API model. Raises AwsError: ValidationException, InvalidParameterValueException."""
    _check_range("timeout", settings.timeout_seconds)
    _check_range("memorySize", settings.memory_mb)
    _check_pattern("role", settings.role, _ROLE)
    if not settings.handler or len(settings.handler) > 128 or re.search(r"\s", settings.handler):
        raise broken_constraint(settings.handler, "handler", r"Member must satisfy regular expression pattern: [^\s]+")
    if len(settings.description) > 256:
        raise broken_constraint(
            settings.description, "description", "Member must have length less than or equal to 256"
        )
    if settings.architecture not in _ARCHITECTURES:
        rule = f"Member must satisfy enum value set: [{', '.join(_ARCHITECTURES)}]"
        raise broken_constraint(settings.architecture, "architectures", rule)
    if not _RUNTIME.fullmatch(settings.runtime):
        raise invalid_value(f"Value {settings.runtime} at 'runtime': the local plane runs Python runtimes only")
    _check_environment(settings)


def check_zip(zip_bytes: bytes) -> None:
    """Hold a deployment package against AWS's limits. Raises AwsError (InvalidParameterValueException)."""
    if len(zip_bytes) > MAX_ZIP_BYTES:
        raise invalid_value(f"Request must be smaller than {MAX_ZIP_BYTES} bytes for a deployment package")
    try:
        with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
            unzipped_bytes = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise invalid_value(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from error
    if unzipped_bytes > MAX_UNZIPPED_BYTES:
        raise invalid_value(f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes")


def _check_range(field: str, value: int) -> None:
    lowest, highest = _RANGES[field]
    if value < lowest:
        raise broken_constraint(value, field, f"Member must have value greater than or equal to {lowest}")
    if value > highest:
        raise broken_constraint(value, field, f"Member must have value less than or equal to {highest}")


def _check_pattern(field: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise broken_constraint(value, field, f"Member must satisfy regular expression pattern: {pattern.pattern}")


def _check_environment(settings: FunctionSettings) -> None:
    for name in settings.environment:
        _check_pattern("environment.variables", name, _VARIABLE)
    reserved = sorted(_RESERVED_VARIABLES & settings.environment.keys())
    if reserved:
        raise invalid_value(
            f"{_ENVIRONMENT_REFUSED}have provided contains reserved keys that are currently not supported for "
            f"modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(dict(settings.environment), separators=(",", ":"))
    if len(measured.encode()) > _MAX_ENVIRONMENT_BYTES:
        raise invalid_value(f"{_ENVIRONMENT_REFUSED}have provided exceeded the 4KB limit. String measured: {measured}")
