"""Functions, versions and aliases in the API's own words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sluice.local.lambda_control.function import LATEST, Alias, FunctionVersion
from sluice.local.lambda_control.refusals import broken_constraint, invalid_value
from sluice.local.lambda_host.log_store import log_group_of

Item = TypeVar("Item")
_CODE_IS_NOT_SERVED = {
    "ErrorCode": "CodeDownloadNotSimulated",
    "Message": "The local plane does not serve deployment packages",
}


def render_configuration(version: FunctionVersion, *, qualified: bool) -> dict[str, Any]:
    """FunctionConfiguration; with `qualified`, the ARN carries the version."""
    settings = version.settings
    rendered: dict[str, Any] = {
        "FunctionName": version.function_name,
        "FunctionArn": f"{version.arn}:{version.function_version}" if qualified else version.arn,
        "Runtime": settings.runtime,
        "Role": settings.role,
        "Handler": settings.handler,
        "CodeSize": len(version.code.zip_bytes),
        "Description": settings.description,
        "Timeout": settings.timeout_seconds,
        "MemorySize": settings.memory_mb,
        "LastModified": version.last_modified,
        "CodeSha256": version.code.code_sha256,
        "Version": version.function_version,
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": version.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [settings.architecture],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": log_group_of(version.function_name)},
    }
    if settings.environment:
        rendered["Environment"] = {"Variables": dict(settings.environment)}
    if settings.dead_letter_arn is not None:
        rendered["DeadLetterConfig"] = {"TargetArn": settings.dead_letter_arn}
    return rendered


def render_function(version: FunctionVersion, *, qualified: bool) -> dict[str, Any]:
    """GetFunction's answer; the code itself is not served."""
    configuration = render_configuration(version, qualified=qualified)
    return {"Configuration": configuration, "Code": {"RepositoryType": "S3", "Error": _CODE_IS_NOT_SERVED}}


def render_alias(alias: Alias, function_arn: str) -> dict[str, Any]:
    """AliasConfiguration."""
    rendered: dict[str, Any] = {
        "AliasArn": f"{function_arn}:{alias.name}",
        "Name": alias.name,
        "FunctionVersion": alias.function_version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.additional_version is not None:
        weights = {alias.additional_version: alias.additional_weight}
        rendered["RoutingConfig"] = {"AdditionalVersionWeights": weights}
    return rendered


def render_page(
    name: str, items: Sequence[Item], arguments: Mapping[str, str], render: Callable[[Item], dict[str, Any]]
) -> dict[str, Any]:
    """One page under `name`; Marker is the number of items before it. Raises AwsError for a bad Marker or MaxItems."""
    first = _whole_number(arguments.get("Marker", "0"), "marker", lowest=0)
    count = _whole_number(arguments.get("MaxItems", "50"), "maxItems", lowest=1)
    page: dict[str, Any] = {name: [render(item) for item in items[first : first + count]]}
    if first + count < len(items):
        page["NextMarker"] = str(first + count)
    return page


def is_qualified(qualifier: str | None) -> bool:
    """Whether the answer to a request with this qualifier shows a qualified ARN."""
    return qualifier not in (None, LATEST)


def _whole_number(text: str, field: str, *, lowest: int) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise invalid_value(f"Invalid {field}: {text}")
    if int(text) < lowest:
        raise broken_constraint(text, field, f"Member must have value greater than or equal to {lowest}")
    return int(text)
