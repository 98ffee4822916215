"""A table as functions see it: what may be done with it is granted in words, and nowhere else."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.key_grants import grant_through


class GrantedTable(Construct):
    """`table`, in this stack's region. Its key may be known by its alias only. No grant lets anybody scan."""

    table: dynamodb.ITableV2
    _key: kms.IKey | None

    def grant_get(self, grantee: iam.IGrantable) -> None:
        """One item at a time, by its whole key."""
        self._grant(grantee, "GetItem")

    def grant_get_and_put(self, grantee: iam.IGrantable) -> None:
        """One item at a time; the code's conditions decide whether one may replace another."""
        self._grant(grantee, "GetItem", "PutItem")

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Single items and one partition at a time."""
        self._grant(grantee, "GetItem", "Query")

    def grant_read_and_append(self, grantee: iam.IGrantable) -> None:
        """Read, and put items, several in one transaction too; the code's conditions decide what may be replaced."""
        self._grant(grantee, "GetItem", "Query", "PutItem")

    def grant_change_in_part(self, grantee: iam.IGrantable) -> None:
        """Change items in part and put others beside them, in one transaction; the code's conditions decide."""
        self._grant(grantee, "UpdateItem", "PutItem")

    def grant_query_and_put(self, grantee: iam.IGrantable) -> None:
        """One partition at a time, and items put into it; none is changed in part, none deleted."""
        self._grant(grantee, "Query", "PutItem")

    def grant_keep(self, grantee: iam.IGrantable) -> None:
        """One partition at a time, and its items put, changed and deleted, one by one."""
        self._grant(grantee, "Query", "PutItem", "UpdateItem", "DeleteItem")

    def grant_keep_items(self, grantee: iam.IGrantable) -> None:
        """Single items and one partition at a time; items put, deleted and checked, several in one transaction."""
        self._grant(grantee, "GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem")

    def _grant(self, grantee: iam.IGrantable, *operations: str) -> None:
        actions = [f"dynamodb:{operation}" for operation in operations]
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[self.table.table_arn])
        if self._key:
            grant_through("dynamodb", self._key, grantee, "kms:Decrypt")


class StandbyTable(GrantedTable):
    """The replica, in the second region, of a table that lives in the first."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self.table = dynamodb.TableV2.from_table_name(self, "Table", name)
