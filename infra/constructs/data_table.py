"""A table as every table here is: on demand, `pk` and `sk`, restorable to any second, encrypted by its data class."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.granted_table import GrantedTable

EXPIRY_ATTRIBUTE = "expires_at"


@dataclass(frozen=True, slots=True)
class TableProps:
    """`standby_region` gets a replica, which `standby_key_arn` encrypts; both regions know the table by `name`."""

    protected: bool
    key: kms.IKey | None
    expires: bool = False
    standby_region: str | None = None
    standby_key_arn: str | None = None
    name: str | None = None


class DataTable(GrantedTable):
    """A DynamoDB table of this stack, and its replica if there is a second region."""

    def __init__(self, scope: Construct, construct_id: str, props: TableProps) -> None:
        super().__init__(scope, construct_id)
        self._key = props.key
        self.table = dynamodb.TableV2(
            self,
            "Table",
            table_name=props.name,
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
