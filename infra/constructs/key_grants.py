"""The use of a key through a service: the service uses it in its caller's name, and the caller never by itself."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


def grant_through(service: str, key: kms.IKey, grantee: iam.IGrantable, *actions: str) -> None:
    """`actions` on the key, for requests that `service` of the key's region makes."""
    via = f"{service}.{cdk.Stack.of(key).region}.amazonaws.com"
    statement = iam.PolicyStatement(
        actions=list(actions), resources=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": via}}
    )
    grantee.grant_principal.add_to_principal_policy(statement)


def log_delivery_context(scope: Construct) -> Mapping[str, str]:
    """The condition that holds for log lines which an AWS service encrypts on their way to CloudWatch Logs."""
    colon = cdk.ArnFormat.COLON_RESOURCE_NAME
    logs = cdk.Stack.of(scope).format_arn(service="logs", resource="*", arn_format=colon)
    return {"kms:EncryptionContext:SourceArn": logs}
