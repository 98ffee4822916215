"""Where alarms go: one topic per environment and region."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.declarations.environment import Environment


class AlarmTopic(sns.Topic):
    """TLS only. Encrypted by `key`, its own, where the environment has keys: alarms cannot use AWS's key for SNS."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        key = _key(scope, environment) if environment.data.customer_keys else None
        super().__init__(scope, construct_id, enforce_ssl=True, master_key=key)
        self.key = key
        if key is None:
            why = "an alarm's text names a model and a number; CloudWatch cannot publish under AWS's key for SNS"
            acknowledge(self, "AwsSolutions::AwsSolutions-SNS2", why)
        if environment.alarm_email:
            self.add_subscription(subscriptions.EmailSubscription(environment.alarm_email))


def _key(scope: Construct, environment: Environment) -> kms.Key:
    key = kms.Key(
        scope,
        "AlarmKey",
        description=f"Sluice {environment.name}: alarms",
        enable_key_rotation=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],  # in a key's policy: this key
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}},
        )
    )
    return key
