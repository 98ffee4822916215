"""What rollouts read and write, of the region that has them."""

from typing import Protocol

from aws_cdk import aws_iam as iam

from infra.constructs.content_buckets import LedgerBucket
from infra.constructs.data_keys import DataKeys
from infra.constructs.granted_table import GrantedTable


class RolloutData(Protocol):
    """The first region's: a rollout has one controller, so the second region has no part in it."""

    @property
    def keys(self) -> DataKeys:
        """One per data class, or none."""
        ...

    @property
    def registry(self) -> GrantedTable:
        """Models, versions and releases."""
        ...

    @property
    def rollouts(self) -> GrantedTable:
        """Rollouts, which of them are open, and what is in quarantine."""
        ...

    @property
    def ledger_entries(self) -> GrantedTable:
        """The ledger's chains and their heads."""
        ...

    @property
    def ledger(self) -> LedgerBucket:
        """Copies of the ledger's records."""
        ...


def grant_decide(data: RolloutData, role: iam.Role) -> None:
    """Keep rollouts, and write every decision down before it counts: whoever moves an alias must."""
    data.registry.grant_read(role)
    data.rollouts.grant_keep_items(role)
    data.ledger_entries.grant_read_and_append(role)
    data.ledger.grant_keep_copies(role)


def decision_names(data: RolloutData) -> dict[str, str]:
    """What the settings of whoever decides hold."""
    return {
        "rollouts_table": data.rollouts.table.table_name,
        "ledger_table": data.ledger_entries.table.table_name,
        "ledger_bucket": data.ledger.bucket.bucket_name,
    }
