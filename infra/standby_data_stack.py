"""The second region's data: replicas of the tables and artefacts, and records of its own.

It is deployed before the first region's data: tables and buckets there name keys and a bucket of this stack.
"""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.content_buckets import AccessLogs, ArtefactsBucket, RecordsBucket
from infra.constructs.data_keys import DataKeys
from infra.constructs.granted_table import StandbyTable
from infra.constructs.standby_names import artefacts_bucket_name, table_name
from infra.declarations.environment import Environment
from infra.outputs import tell


class StandbyDataStack(cdk.Stack):
    """What a serving stack of this region needs; the ledger and its copies stay in the first."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        data = environment.data
        self.keys = DataKeys(self, "Keys", environment=environment)
        name = table_name(environment, "registry")
        assert name is not None
        self.registry = StandbyTable(self, "Registry", name=name, key=self.keys.catalog)
        logs = AccessLogs(self, "AccessLogs", data=data).bucket
        bucket_name = artefacts_bucket_name(environment)
        self.artefacts = ArtefactsBucket(
            self, "Artefacts", data=data, key=self.keys.catalog, logs=logs, name=bucket_name
        )
        self.records = RecordsBucket(self, "Records", data=data, key=self.keys.personal, logs=logs)
        buckets = {"ArtefactsBucket": bucket_name, "RecordsBucket": self.records.bucket.bucket_name}
        tell(self, {"RegistryTable": name, **buckets})
