"""A table as functions see it: what may be done with it is granted in words, and nowhere else."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class GrantedTable(Construct):
    """`table`, in this stack's region. Its key may be known by its alias only."""

    table: dynamodb.ITableV2
    _key: kms.IKey | None

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Single items and one partition at a time; no scan."""
        self._grant(grantee, "dynamodb:GetItem", "dynamodb:Query")

    def grant_read_and_append(self, grantee: iam.IGrantable) -> None:
        """Read, and put items; the code's conditions decide whether one may replace another."""
        self._grant(grantee, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")

    def _grant(self, grantee: iam.IGrantable, *actions: str) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[self.table.table_arn])
        if self._key:
            _grant_through_dynamodb(self._key, grantee)


class StandbyTable(GrantedTable):
    """The replica, in the second region, of a table that lives in the first."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self.table = dynamodb.TableV2.from_table_name(self, "Table", name)


def _grant_through_dynamodb(key: kms.IKey, grantee: iam.IGrantable) -> None:
    """DynamoDB uses the key in its caller's name; the caller cannot use it by itself."""
    via = f"dynamodb.{cdk.Stack.of(key).region}.amazonaws.com"
    statement = iam.PolicyStatement(
        actions=["kms:Decrypt"], resources=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": via}}
    )
    grantee.grant_principal.add_to_principal_policy(statement)
