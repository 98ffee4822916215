"""Findings on a REST API that are right as they are, each with its reason."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway

from infra.declarations.api import ApiSettings, CognitoAuth


def acknowledge_rest_findings(api: apigateway.RestApi, settings: ApiSettings) -> None:
    """Only what the declared settings bring about."""
    if not isinstance(settings.auth, CognitoAuth):
        _acknowledge(api, "COG4", "callers sign with SigV4: every method has AWS_IAM authorization")
    if settings.web_acl_rate_per_5_minutes is None:
        _acknowledge(
            api.deployment_stage, "APIG3", "the environment declares no web ACL; every caller is authenticated"
        )


def _acknowledge(scope: apigateway.IStage | apigateway.RestApi, rule: str, reason: str) -> None:
    acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    cdk.Validations.of(scope).acknowledge(acknowledgment)
