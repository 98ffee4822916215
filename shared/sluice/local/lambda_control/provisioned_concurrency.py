"""Which function versions ask for environments that are kept ready. Pure steps; AwsError where AWS refuses.

The plane keeps the rules and the numbers. It starts no environment ahead of its first request, and takes provisioned
concurrency for function versions only: Sluice never puts it on an alias, because an alias with weights has none.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_control.function import LATEST, LambdaFunction
from sluice.local.lambda_control.refusals import broken_constraint, function_not_found, invalid_value

_UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
_NOT_PUBLISHED = "The function resource provided must be an alias or a published version."
_WEIGHTS = "Alias with weights can not be used with Provisioned Concurrency"


def with_provisioned(function: LambdaFunction, qualifier: str, environments: int) -> LambdaFunction:
    """The function after PutProvisionedConcurrencyConfig."""
    if environments < 1:
        rule = "Member must have value greater than or equal to 1"
        raise broken_constraint(environments, "provisionedConcurrentExecutions", rule)
    if qualifier == LATEST:
        raise invalid_value(_UNPUBLISHED)
    _check_version(function, qualifier)
    return _provisioned(function, {**function.provisioned, qualifier: environments})


def without_provisioned(function: LambdaFunction, qualifier: str) -> LambdaFunction:
    """The function after DeleteProvisionedConcurrencyConfig; what is not there is deleted already."""
    _check_published(function, qualifier)
    kept = {version: count for version, count in function.provisioned.items() if version != qualifier}
    return _provisioned(function, kept)


def provisioned_of(function: LambdaFunction, qualifier: str) -> int:
    """How many environments the version asks for."""
    _check_published(function, qualifier)
    environments = function.provisioned.get(qualifier)
    if environments is None:
        message = "No Provisioned Concurrency Config found for this function"
        raise AwsError("ProvisionedConcurrencyConfigNotFoundException", 404, message)
    return environments


def _provisioned(function: LambdaFunction, provisioned: Mapping[str, int]) -> LambdaFunction:
    return replace(function, provisioned=MappingProxyType(dict(provisioned)))


def _check_published(function: LambdaFunction, qualifier: str) -> None:
    if qualifier == LATEST:
        raise invalid_value(_NOT_PUBLISHED)
    _check_version(function, qualifier)


def _check_version(function: LambdaFunction, qualifier: str) -> None:
    alias = function.aliases.get(qualifier)
    if alias is not None and alias.additional_version is not None:
        raise invalid_value(_WEIGHTS)
    if alias is not None:
        raise invalid_value("The local plane simulates provisioned concurrency of function versions, not of aliases")
    if function.find_version(qualifier) is None:
        raise function_not_found(f"{function.latest.arn}:{qualifier}")
