"""How a function changes: pure steps from one state to the next. Raises AwsError where AWS refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar
from uuid import uuid4

from sluice.local.lambda_control.function import LATEST, FunctionCode, FunctionSettings, FunctionVersion, LambdaFunction
from sluice.local.lambda_control.refusals import conflict, invalid_value, stale_revision

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Publication:
    """What PublishVersion was asked for; None means not given."""

    code_sha256: str | None = None
    revision_id: str | None = None
    description: str | None = None


def new_revision_id() -> str:
    """A revision that no write had before."""
    return str(uuid4())


def check_revision(revision_id: str | None, current_revision_id: str) -> None:
    """Refuse a writer who read an older state. Raises AwsError (PreconditionFailedException)."""
    if revision_id is not None and revision_id != current_revision_id:
        raise stale_revision()


def updated(
    function: LambdaFunction,
    *,
    code: FunctionCode | None = None,
    settings: FunctionSettings | None = None,
    modified: str,
) -> LambdaFunction:
    """The function with new code or settings in $LATEST."""
    latest = replace(
        function.latest,
        code=code or function.latest.code,
        settings=settings or function.latest.settings,
        last_modified=modified,
        revision_id=new_revision_id(),
    )
    return replace(function, latest=latest)


def published(function: LambdaFunction, wanted: Publication) -> tuple[LambdaFunction, FunctionVersion]:
    """The function after PublishVersion, and the version: the last one again if nothing changed since."""
    check_revision(wanted.revision_id, function.latest.revision_id)
    _check_code(function, wanted.code_sha256)
    last = function.published.get(str(function.last_number))
    source = function.published_from
    if last is not None and source is not None and function.latest.runs_like(source):
        return function, last
    return _numbered(function, wanted.description)


def without_version(function: LambdaFunction, function_version: str) -> LambdaFunction:
    """The function after DeleteFunction with a qualifier; a version that is not there is deleted already."""
    if function_version == LATEST:
        raise invalid_value("$LATEST version cannot be deleted without deleting the function.")
    if not function_version.isdecimal():
        raise invalid_value("Deletion of aliases is not currently supported.")
    users = [
        alias.name
        for alias in function.aliases.values()
        if function_version in (alias.function_version, alias.additional_version)
    ]
    if users:
        raise conflict(f"Unable to delete version because the following aliases reference it: [{', '.join(users)}]")
    kept = _without(function.published, function_version)
    return replace(function, published=kept, provisioned=_without(function.provisioned, function_version))


def _check_code(function: LambdaFunction, code_sha256: str | None) -> None:
    current = function.latest.code.code_sha256
    if code_sha256 is not None and code_sha256 != current:
        raise invalid_value(
            f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST ({current}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )


def _numbered(function: LambdaFunction, description: str | None) -> tuple[LambdaFunction, FunctionVersion]:
    number = function.last_number + 1
    latest = function.latest
    settings = latest.settings if description is None else replace(latest.settings, description=description)
    version = replace(latest, function_version=str(number), settings=settings, revision_id=new_revision_id())
    after = replace(
        function,
        latest=replace(latest, revision_id=new_revision_id()),
        published=MappingProxyType({**function.published, str(number): version}),
        last_number=number,
        published_from=latest,
    )
    return after, version


def _without(by_version: Mapping[str, Value], function_version: str) -> Mapping[str, Value]:
    return MappingProxyType({number: value for number, value in by_version.items() if number != function_version})
