"""Reading the members of a request, strictly: wrong types and what we do not simulate are refused, not dropped."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import orjson

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_control.refusals import broken_constraint, invalid_value

Value = TypeVar("Value", str, int, bool, float, dict[str, Any], list[Any])

# Members that say what is so anyway: accepted with these values only.
_ONLY_VALUES: Mapping[str, object] = {
    "PackageType": "Zip",
    "DryRun": False,
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None"},
    "Layers": [],
    "Tags": {},
}


def read_members(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; an empty body has no members. Raises AwsError (SerializationException)."""
    try:
        members = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise _not_serialised(f"Could not parse request body into json: {error}") from error
    if not isinstance(members, dict):
        raise _not_serialised("The request body must be a JSON object")
    return members


def check_members(members: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse members outside `known`. Raises AwsError (InvalidParameterValueException)."""
    for name, value in members.items():
        only = _ONLY_VALUES.get(name)
        if name not in known and value is not None and value != only:
            allowed = "" if only is None else f"; it accepts {orjson.dumps(only).decode()} only"
            raise invalid_value(f"The local plane does not simulate {name}{allowed}")


def optional(members: Mapping[str, Any], name: str, kind: type[Value]) -> Value | None:
    """A member, None if it is absent or null. Raises AwsError (SerializationException) for another type."""
    value = members.get(name)
    is_number = kind is float and isinstance(value, int) and not isinstance(value, bool)
    if value is None:
        return None
    if is_number or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
        return cast("Value", float(value) if is_number else value)
    raise _not_serialised(f"{name} must be of type {kind.__name__}")


def required(members: Mapping[str, Any], name: str, kind: type[Value]) -> Value:
    """A member that must be there. Raises AwsError: ValidationException, SerializationException."""
    value = optional(members, name, kind)
    if value is None:
        raise broken_constraint("null", name[:1].lower() + name[1:], "Member must not be null")
    return value


def zip_member(members: Mapping[str, Any]) -> bytes:
    """The deployment package. Raises AwsError, also for code that lies elsewhere than in the request."""
    for elsewhere in ("S3Bucket", "S3Key", "ImageUri"):
        if members.get(elsewhere) is not None:
            raise invalid_value(f"The local plane takes function code as ZipFile only, not by {elsewhere}")
    text = optional(members, "ZipFile", str)
    if not text:
        raise invalid_value("Please provide a source for function code.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise _not_serialised("ZipFile must be base64") from error


def _not_serialised(message: str) -> AwsError:
    return AwsError("SerializationException", 400, message)
