"""Names and ARNs of functions, versions and aliases."""

import re
from dataclasses import dataclass

from sluice.local.lambda_control.refusals import broken_constraint

_FUNCTION = re.compile(
    r"(arn:aws[a-zA-Z-]*:lambda:)?([a-z]{2}(?:-[a-z]+)+-\d:)?(\d{12}:)?(function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(:(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)
_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_ALIAS_NAME = re.compile(r"(?!^[0-9]+$)([a-zA-Z0-9-_]{1,128})")
_FUNCTION_VERSION = re.compile(r"\$LATEST|[0-9]{1,1024}")


@dataclass(frozen=True, slots=True)
class Account:
    """Where functions live."""

    region: str
    account_id: str

    def function_arn(self, function_name: str, qualifier: str | None = None) -> str:
        """The function's ARN, with the qualifier if one is given."""
        arn = f"arn:aws:lambda:{self.region}:{self.account_id}:function:{function_name}"
        return f"{arn}:{qualifier}" if qualifier else arn


def split_function_name(text: str) -> tuple[str, str | None]:
    """A name, partial ARN or ARN into function name and qualifier. Raises AwsError (ValidationException)."""
    match = _FUNCTION.fullmatch(text)
    if match is None:
        raise broken_constraint(
            text, "functionName", f"Member must satisfy regular expression pattern: {_FUNCTION.pattern}"
        )
    return match["name"], match["qualifier"]


def check_function_name(name: str) -> None:
    """A new function's bare name: 1 to 64 letters, digits, '-', '_'. Raises AwsError (ValidationException)."""
    _check(_FUNCTION_NAME, name, "functionName")


def check_alias_name(name: str) -> None:
    """1 to 128 letters, digits, '-', '_', not digits alone. Raises AwsError (ValidationException)."""
    _check(_ALIAS_NAME, name, "name")


def check_function_version(function_version: str) -> None:
    """$LATEST or a number. Raises AwsError (ValidationException)."""
    _check(_FUNCTION_VERSION, function_version, "functionVersion")


def _check(pattern: re.Pattern[str], value: str, field: str) -> None:
    if not pattern.fullmatch(value):
        raise broken_constraint(value, field, f"Member must satisfy regular expression pattern: {pattern.pattern}")
