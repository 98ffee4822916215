"""What AWS Lambda allows an alias to point to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_control.function import LATEST, FunctionVersion, LambdaFunction
from sluice.local.lambda_control.names import check_function_version
from sluice.local.lambda_control.refusals import broken_constraint, function_not_found, invalid_value

_WEIGHT_RULE = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
    "Member must have value greater than or equal to 0.0, Member must not be null]"
)
_KEY_RULE = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
    "Member must have length greater than or equal to 1, "
    "Member must satisfy regular expression pattern: [0-9]+, Member must not be null]"
)


@dataclass(frozen=True, slots=True)
class AliasTarget:
    """Where an alias is to point; `weights` maps additional function versions to their share, 0.0 to 1.0."""

    function_version: str
    weights: Mapping[str, float]


def check_target(function: LambdaFunction, target: AliasTarget) -> None:
    """Hold a target against every rule.

    Raises AwsError: ValidationException, InvalidParameterValueException, ResourceNotFoundException.
    """
    check_function_version(target.function_version)
    stable = _existing(function, target.function_version)
    if len(target.weights) > 1:
        raise invalid_value("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for function_version, weight in target.weights.items():
        _check_constraints(function_version, weight)
        _check_pair(function, stable, function_version)


def _check_constraints(function_version: str, weight: float) -> None:
    shown = f"{{{function_version}={weight}}}"
    if function_version == LATEST:
        raise _latest_with_weights()
    if not (function_version.isascii() and function_version.isdecimal()):
        raise broken_constraint(shown, "routingConfig.additionalVersionWeights", _KEY_RULE)
    # Written so that NaN is refused too.
    if not 0.0 <= weight <= 1.0:
        raise broken_constraint(shown, "routingConfig.additionalVersionWeights", _WEIGHT_RULE)


def _check_pair(function: LambdaFunction, stable: FunctionVersion, additional_version: str) -> None:
    if additional_version == stable.function_version:
        raise invalid_value(
            f"Invalid function version {additional_version}. "
            f"Function version {additional_version} is already included in routing configuration."
        )
    if stable.function_version == LATEST:
        raise _latest_with_weights()
    candidate = _existing(function, additional_version)
    if candidate.settings.role != stable.settings.role:
        raise invalid_value("Function versions of an alias must have the same execution role.")
    if candidate.settings.dead_letter_arn != stable.settings.dead_letter_arn:
        raise invalid_value("Function versions of an alias must have the same dead-letter queue configuration.")


def _existing(function: LambdaFunction, function_version: str) -> FunctionVersion:
    found = function.find_version(function_version)
    if found is None:
        raise function_not_found(f"{function.latest.arn}:{function_version}")
    return found


def _latest_with_weights() -> AwsError:
    return invalid_value("$LATEST is not supported for an alias pointing to more than 1 version")
