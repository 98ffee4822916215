"""The Lambda API's operations on functions and versions."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from werkzeug import Response

from sluice.local.lambda_api.call import ApiCall, json_response
from sluice.local.lambda_api.members import check_members, optional, read_members, required, zip_member
from sluice.local.lambda_api.rendering import is_qualified, render_configuration, render_function, render_page
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.function_changes import Publication
from sluice.local.lambda_control.names import split_function_name
from sluice.local.lambda_control.refusals import broken_constraint

_SETTINGS = frozenset(
    ("Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment", "DeadLetterConfig")
)
_CREATE = _SETTINGS | {"FunctionName", "Code", "Publish", "Architectures"}
_UPDATE_CODE = frozenset(("ZipFile", "S3Bucket", "S3Key", "ImageUri", "Publish", "RevisionId", "Architectures"))
_PUBLISH = frozenset(("CodeSha256", "Description", "RevisionId"))


def create_function(call: ApiCall) -> Response:
    """CreateFunction."""
    members = read_members(call.request.get_data())
    check_members(members, _CREATE)
    name, _ = split_function_name(required(members, "FunctionName", str))
    blank = FunctionSettings(
        runtime=required(members, "Runtime", str),
        role=required(members, "Role", str),
        handler=required(members, "Handler", str),
        architecture=_architecture(members) or "x86_64",
    )
    version = call.functions.create_function(
        name,
        _changed(blank, members),
        zip_bytes=zip_member(required(members, "Code", dict)),
        publish=optional(members, "Publish", bool) or False,
    )
    return json_response(render_configuration(version, qualified=is_qualified(version.function_version)), status=201)


def update_function_code(call: ApiCall) -> Response:
    """UpdateFunctionCode."""
    members = read_members(call.request.get_data())
    check_members(members, _UPDATE_CODE)
    version = call.functions.update_code(
        call.function_name,
        zip_member(members),
        architecture=_architecture(members),
        revision_id=optional(members, "RevisionId", str),
        publish=optional(members, "Publish", bool) or False,
    )
    return json_response(render_configuration(version, qualified=is_qualified(version.function_version)))


def update_function_configuration(call: ApiCall) -> Response:
    """UpdateFunctionConfiguration."""
    members = read_members(call.request.get_data())
    check_members(members, _SETTINGS | {"RevisionId"})
    version = call.functions.update_configuration(
        call.function_name,
        lambda settings: _changed(settings, members),
        revision_id=optional(members, "RevisionId", str),
    )
    return json_response(render_configuration(version, qualified=False))


def publish_version(call: ApiCall) -> Response:
    """PublishVersion."""
    members = read_members(call.request.get_data())
    check_members(members, _PUBLISH)
    wanted = Publication(
        code_sha256=optional(members, "CodeSha256", str),
        revision_id=optional(members, "RevisionId", str),
        description=optional(members, "Description", str),
    )
    version = call.functions.publish_version(call.function_name, wanted)
    return json_response(render_configuration(version, qualified=True), status=201)


def get_function(call: ApiCall) -> Response:
    """GetFunction."""
    version = call.functions.get_version(call.function_name, call.qualifier)
    return json_response(render_function(version, qualified=is_qualified(call.qualifier)))


def get_function_configuration(call: ApiCall) -> Response:
    """GetFunctionConfiguration."""
    version = call.functions.get_version(call.function_name, call.qualifier)
    return json_response(render_configuration(version, qualified=is_qualified(call.qualifier)))


def list_functions(call: ApiCall) -> Response:
    """ListFunctions: $LATEST of each."""
    latest = [function.latest for function in call.functions.list_functions()]
    page = render_page(
        "Functions", latest, call.request.args, lambda version: render_configuration(version, qualified=False)
    )
    return json_response(page)


def list_versions(call: ApiCall) -> Response:
    """ListVersionsByFunction."""
    versions = call.functions.list_versions(call.function_name)
    page = render_page(
        "Versions", versions, call.request.args, lambda version: render_configuration(version, qualified=True)
    )
    return json_response(page)


def delete_function(call: ApiCall) -> Response:
    """DeleteFunction, whole or one version."""
    call.functions.delete_function(call.function_name, call.qualifier)
    return Response(status=204)


def _changed(settings: FunctionSettings, members: Mapping[str, Any]) -> FunctionSettings:
    given = {
        "runtime": optional(members, "Runtime", str),
        "role": optional(members, "Role", str),
        "handler": optional(members, "Handler", str),
        "description": optional(members, "Description", str),
        "timeout_seconds": optional(members, "Timeout", int),
        "memory_mb": optional(members, "MemorySize", int),
        "environment": _environment(members),
        "dead_letter_arn": _dead_letter_arn(settings, members),
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(settings, **changes | {"dead_letter_arn": given["dead_letter_arn"]})


def _environment(members: Mapping[str, Any]) -> Mapping[str, str] | None:
    given = optional(members, "Environment", dict)
    if given is None:
        return None
    variables: dict[str, Any] = optional(given, "Variables", dict) or {}
    return MappingProxyType({name: required(variables, name, str) for name in variables})


def _dead_letter_arn(settings: FunctionSettings, members: Mapping[str, Any]) -> str | None:
    given = optional(members, "DeadLetterConfig", dict)
    return settings.dead_letter_arn if given is None else optional(given, "TargetArn", str) or None


def _architecture(members: Mapping[str, Any]) -> str | None:
    given: list[Any] | None = optional(members, "Architectures", list)
    if given is None:
        return None
    if len(given) != 1:
        raise broken_constraint(given, "architectures", "Member must have length less than or equal to 1")
    return str(given[0])
