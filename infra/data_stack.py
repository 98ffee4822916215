"""The data of an environment: what must outlive every function. It changes rarely, so it is a stack of its own."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.artefact_replication import ArtefactReplication
from infra.constructs.content_buckets import AccessLogs, ArtefactsBucket, LedgerBucket, RecordsBucket
from infra.constructs.data_keys import DataKeys
from infra.constructs.data_table import DataTable, TableProps
from infra.constructs.outcomes_queue import OutcomesQueue
from infra.constructs.standby_names import standby_key_arn, table_name
from infra.declarations.environment import Environment
from infra.outputs import tell


class DataStack(cdk.Stack):
    """Tables by access pattern, growth and retention; buckets by what they hold; a queue; a key per data class."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        data = environment.data
        self._environment = environment
        self.keys = DataKeys(self, "Keys", environment=environment)
        self.registry = self._table("registry", "catalog")
        self.experiments = self._table("experiments", "catalog")
        self.rollouts = self._table("rollouts", "catalog")
        self.units = self._table("units", "personal", expires=True)
        self.ledger_entries = self._table("ledger-entries", "audit")
        logs = AccessLogs(self, "AccessLogs", data=data).bucket
        self.artefacts = ArtefactsBucket(self, "Artefacts", data=data, key=self.keys.catalog, logs=logs)
        self.records = RecordsBucket(self, "Records", data=data, key=self.keys.personal, logs=logs)
        self.ledger = LedgerBucket(self, "Ledger", data=data, key=self.keys.audit, logs=logs)
        self.outcomes = OutcomesQueue(self, "Outcomes", environment=environment, key=self.keys.personal)
        if environment.second_region:
            ArtefactReplication(self, "Replication", environment=environment, artefacts=self.artefacts)
        self._outputs()

    def _outputs(self) -> None:
        tables = {
            "RegistryTable": self.registry.table.table_name,
            "ExperimentsTable": self.experiments.table.table_name,
            "UnitsTable": self.units.table.table_name,
            "RolloutsTable": self.rollouts.table.table_name,
            "LedgerTable": self.ledger_entries.table.table_name,
        }
        buckets = {
            "ArtefactsBucket": self.artefacts.bucket.bucket_name,
            "RecordsBucket": self.records.bucket.bucket_name,
            "LedgerBucket": self.ledger.bucket.bucket_name,
        }
        tell(self, {**tables, **buckets, "OutcomesDeadLetters": self.outcomes.dead_letters.queue_arn})

    def _table(self, name: str, data_class: str, *, expires: bool = False) -> DataTable:
        environment = self._environment
        props = TableProps(
            protected=environment.data.protected,
            key=getattr(self.keys, data_class),
            expires=expires,
            standby_region=environment.second_region.region if environment.second_region else None,
            standby_key_arn=standby_key_arn(environment, data_class),
            name=table_name(environment, name),
        )
        return DataTable(self, "".join(word.capitalize() for word in name.split("-")), props)
