"""The data of an environment: what must outlive every function. It changes rarely, so it is a stack of its own."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.content_buckets import AccessLogs, ArtefactsBucket, LedgerBucket, RecordsBucket
from infra.constructs.data_keys import DataKeys
from infra.constructs.data_table import DataTable, TableProps
from infra.declarations.environment import Environment
from infra.outputs import tell


class DataStack(cdk.Stack):
    """Tables by access pattern, growth and retention; buckets by what they hold; a key per data class."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        data = environment.data
        self._environment = environment
        self.keys = DataKeys(self, "Keys", environment=environment)
        self.registry = DataTable(self, "Registry", self._table(self.keys.catalog))
        self.experiments = DataTable(self, "Experiments", self._table(self.keys.catalog))
        self.rollouts = DataTable(self, "Rollouts", self._table(self.keys.catalog))
        self.units = DataTable(self, "Units", self._table(self.keys.personal, expires=True))
        self.ledger_entries = DataTable(self, "LedgerEntries", self._table(self.keys.audit))
        logs = AccessLogs(self, "AccessLogs", data=data).bucket
        self.artefacts = ArtefactsBucket(self, "Artefacts", data=data, key=self.keys.catalog, logs=logs)
        self.records = RecordsBucket(self, "Records", data=data, key=self.keys.personal, logs=logs)
        self.ledger = LedgerBucket(self, "Ledger", data=data, key=self.keys.audit, logs=logs)
        self._outputs()

    def _outputs(self) -> None:
        buckets = {
            "ArtefactsBucket": self.artefacts.bucket.bucket_name,
            "RecordsBucket": self.records.bucket.bucket_name,
        }
        tell(self, {"RegistryTable": self.registry.table.table_name, **buckets})

    def _table(self, key: Any, *, expires: bool = False) -> TableProps:
        standby = self._environment.second_region
        return TableProps(self._environment.data.protected, key, expires, standby.region if standby else None)
