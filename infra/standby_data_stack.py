"""The second region's data: replicas of the tables and artefacts; records and a queue of outcomes of its own.

It is deployed before the first region's data: tables and buckets there name keys and a bucket of this stack.
"""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.content_buckets import AccessLogs, ArtefactsBucket, RecordsBucket
from infra.constructs.data_keys import DataKeys
from infra.constructs.granted_table import StandbyTable
from infra.constructs.outcomes_queue import OutcomesQueue
from infra.constructs.standby_names import artefacts_bucket_name, table_name
from infra.declarations.environment import Environment
from infra.outputs import tell


class StandbyDataStack(cdk.Stack):
    """What a serving stack of this region needs; the ledger and its copies stay in the first."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        data = environment.data
        self.keys = DataKeys(self, "Keys", environment=environment)
        self.registry = self._table("registry", environment, self.keys.catalog)
        self.experiments = self._table("experiments", environment, self.keys.catalog)
        self.units = self._table("units", environment, self.keys.personal)
        logs = AccessLogs(self, "AccessLogs", data=data).bucket
        bucket_name = artefacts_bucket_name(environment)
        self.artefacts = ArtefactsBucket(
            self, "Artefacts", data=data, key=self.keys.catalog, logs=logs, name=bucket_name
        )
        self.records = RecordsBucket(self, "Records", data=data, key=self.keys.personal, logs=logs)
        self.outcomes = OutcomesQueue(self, "Outcomes", environment=environment, key=self.keys.personal)
        self._outputs()

    def _outputs(self) -> None:
        tables = {
            "RegistryTable": self.registry.table.table_name,
            "ExperimentsTable": self.experiments.table.table_name,
            "UnitsTable": self.units.table.table_name,
        }
        buckets = {
            "ArtefactsBucket": self.artefacts.bucket.bucket_name,
            "RecordsBucket": self.records.bucket.bucket_name,
        }
        tell(self, {**tables, **buckets, "OutcomesDeadLetters": self.outcomes.dead_letters.queue_arn})

    def _table(self, table: str, environment: Environment, key: kms.IKey | None) -> StandbyTable:
        name = table_name(environment, table)
        assert name is not None
        return StandbyTable(self, table.capitalize(), name=name, key=key)
