"""Findings on a REST API that are right as they are, each with its reason."""

from aws_cdk import aws_apigateway as apigateway

from infra.constructs.acknowledgements import acknowledge
from infra.declarations.api import ApiSettings, CognitoAuth

_PACK = "AwsSolutions::AwsSolutions"


def acknowledge_rest_findings(api: apigateway.RestApi, settings: ApiSettings) -> None:
    """Only what the declared settings bring about."""
    if not isinstance(settings.auth, CognitoAuth):
        acknowledge(api, f"{_PACK}-COG4", "callers sign with SigV4: every method has AWS_IAM authorization")
    if settings.web_acl_rate_per_5_minutes is None:
        reason = "the environment declares no web ACL, and every caller is authenticated"
        acknowledge(api.deployment_stage, f"{_PACK}-APIG3", reason)
