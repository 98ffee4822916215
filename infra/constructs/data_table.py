"""A table as every table here is: on demand, `pk` and `sk`, restorable to any second, encrypted by its data class."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

EXPIRY_ATTRIBUTE = "expires_at"


@dataclass(frozen=True, slots=True)
class TableProps:
    """`standby_region` gets a replica; `standby_key_arn` encrypts it where `key` encrypts the table."""

    protected: bool
    key: kms.IKey | None
    expires: bool = False
    standby_region: str | None = None
    standby_key_arn: str | None = None


class DataTable(Construct):
    """A DynamoDB table; what may be done with it, is granted in words."""

    def __init__(self, scope: Construct, construct_id: str, props: TableProps) -> None:
        super().__init__(scope, construct_id)
        self._key = props.key
        self.table = dynamodb.TableV2(
            self,
            "Table",
            table_name=cdk.PhysicalName.GENERATE_IF_NEEDED if props.standby_region else None,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            encryption=_encryption(props),
            point_in_time_recovery_specification=_recovery(),
            time_to_live_attribute=EXPIRY_ATTRIBUTE if props.expires else None,
            deletion_protection=props.protected,
            removal_policy=cdk.RemovalPolicy.RETAIN if props.protected else cdk.RemovalPolicy.DESTROY,
            replicas=_replicas(props),
        )

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Single items and one partition at a time; no scan."""
        self._grant(grantee, "dynamodb:GetItem", "dynamodb:Query")

    def grant_read_and_append(self, grantee: iam.IGrantable) -> None:
        """Read, and put items; the code's conditions decide whether one may replace another."""
        self._grant(grantee, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")

    def _grant(self, grantee: iam.IGrantable, *actions: str) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[self.table.table_arn])
        if self._key:
            grant_through_dynamodb(self._key, grantee)


def grant_through_dynamodb(key: kms.IKey, grantee: iam.IGrantable) -> None:
    """DynamoDB uses the key in its caller's name; the caller cannot use it by itself."""
    via = f"dynamodb.{cdk.Stack.of(key).region}.amazonaws.com"
    statement = iam.PolicyStatement(
        actions=["kms:Decrypt"], resources=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": via}}
    )
    grantee.grant_principal.add_to_principal_policy(statement)


def _encryption(props: TableProps) -> dynamodb.TableEncryptionV2:
    if props.key is None:
        return dynamodb.TableEncryptionV2.dynamo_owned_key()
    replicas = {props.standby_region: props.standby_key_arn} if props.standby_region and props.standby_key_arn else None
    return dynamodb.TableEncryptionV2.customer_managed_key(props.key, replicas)


def _recovery() -> dynamodb.PointInTimeRecoverySpecification:
    return dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)


def _replicas(props: TableProps) -> list[dynamodb.ReplicaTableProps] | None:
    if props.standby_region is None:
        return None
    return [
        dynamodb.ReplicaTableProps(
            region=props.standby_region,
            deletion_protection=props.protected,
            point_in_time_recovery_specification=_recovery(),
        )
    ]
