"""What model functions are called, and so where they will be: policies name them before they exist."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from infra.declarations.environment import Environment


def model_function_name(environment: Environment, model: str) -> str:
    """As the package builds it from SLUICE_FUNCTION_PREFIX: `<environment>-inference-<model>`."""
    return f"{environment.function_prefix}inference-{model}"


def model_function_arns(scope: Construct, environment: Environment) -> Sequence[str]:
    """The ARN of every model function of the environment, built from its name."""
    return [function_arn(scope, model_function_name(environment, model.name)) for model in environment.models]


def function_arn(scope: Construct, name: str) -> str:
    """The ARN of a function of this account and region."""
    colon = cdk.ArnFormat.COLON_RESOURCE_NAME
    return cdk.Stack.of(scope).format_arn(service="lambda", resource="function", resource_name=name, arn_format=colon)
