"""One KMS key per data class, so that who may read one class cannot read another. None where AWS's own keys do."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.key_grants import log_delivery_context
from infra.constructs.standby_names import key_alias
from infra.declarations.environment import Environment


class DataKeys(Construct):
    """`catalog`: models, definitions, artefacts. `personal`: units, requests, logs. `audit`: the ledger."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self.catalog = self._key("Catalog", "models, definitions and artefacts")
        self.personal = self._key("Personal", "units, requests and logs")
        self.audit = self._key("Audit", "the decision ledger")
        if self.personal:
            _let_logs_use(self.personal)
        if self.catalog:
            _let_deliver_logs(self.catalog)

    def _key(self, name: str, what: str) -> kms.Key | None:
        data = self._environment.data
        if not data.customer_keys:
            return None
        return kms.Key(
            self,
            name,
            description=f"Sluice {self._environment.name}: {what}",
            enable_key_rotation=True,
            alias=key_alias(self._environment, name.lower()) if self._environment.second_region else None,
            removal_policy=cdk.RemovalPolicy.RETAIN if data.protected else cdk.RemovalPolicy.DESTROY,
        )


def _let_logs_use(key: kms.Key) -> None:
    """CloudWatch Logs asks with the log group's ARN as encryption context: log groups of this account alone match."""
    stack = cdk.Stack.of(key)
    groups = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name="*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],  # in a key's policy: this key
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
    )


def _let_deliver_logs(key: kms.Key) -> None:
    """Step Functions encrypts what it logs by the machine's key; who delivers it must read it."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["kms:Decrypt"],
            resources=["*"],  # in a key's policy: this key
            conditions={"StringEquals": dict(log_delivery_context(key))},
        )
    )
