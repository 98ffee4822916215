"""How a function's aliases change: pure steps from one state to the next. Raises AwsError where AWS refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sluice.local.lambda_control.alias_rules import AliasTarget, check_target
from sluice.local.lambda_control.function import Alias, LambdaFunction
from sluice.local.lambda_control.function_changes import check_revision, new_revision_id
from sluice.local.lambda_control.names import check_alias_name
from sluice.local.lambda_control.refusals import alias_not_found, broken_constraint, conflict


@dataclass(frozen=True, slots=True)
class AliasWrite:
    """What CreateAlias or UpdateAlias was asked for; None means: leave it as it is."""

    function_version: str | None = None
    weights: Mapping[str, float] | None = None
    description: str | None = None
    revision_id: str | None = None


def with_new_alias(function: LambdaFunction, name: str, wanted: AliasWrite) -> LambdaFunction:
    """The function after CreateAlias."""
    check_alias_name(name)
    if name in function.aliases:
        raise conflict(f"Alias already exists: {function.latest.arn}:{name}")
    blank = Alias(name, "", "", None, 0.0, "")
    return _written(function, blank, wanted)


def with_changed_alias(function: LambdaFunction, name: str, wanted: AliasWrite) -> LambdaFunction:
    """The function after UpdateAlias; even a write that changes nothing makes a new revision."""
    alias = function.aliases.get(name)
    if alias is None:
        raise alias_not_found(f"{function.latest.arn}:{name}")
    check_revision(wanted.revision_id, alias.revision_id)
    return _written(function, alias, wanted)


def without_alias(function: LambdaFunction, name: str) -> LambdaFunction:
    """The function after DeleteAlias; an alias that is not there is deleted already."""
    kept = {kept_name: alias for kept_name, alias in function.aliases.items() if kept_name != name}
    return replace(function, aliases=MappingProxyType(kept))


def _written(function: LambdaFunction, before: Alias, wanted: AliasWrite) -> LambdaFunction:
    target = _target(before, wanted)
    check_target(function, target)
    description = before.description if wanted.description is None else wanted.description
    if len(description) > 256:
        raise broken_constraint(description, "description", "Member must have length less than or equal to 256")
    additional_version, weight = next(iter(target.weights.items()), (None, 0.0))
    alias = replace(
        before,
        function_version=target.function_version,
        description=description,
        additional_version=additional_version,
        additional_weight=weight,
        revision_id=new_revision_id(),
    )
    return replace(function, aliases=MappingProxyType({**function.aliases, alias.name: alias}))


def _target(before: Alias, wanted: AliasWrite) -> AliasTarget:
    present = {before.additional_version: before.additional_weight} if before.additional_version else {}
    return AliasTarget(
        before.function_version if wanted.function_version is None else wanted.function_version,
        present if wanted.weights is None else wanted.weights,
    )
