"""The one place where the command line meets its adapters: one target in, ports out."""

import os
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sluice.cli.aws_reach import AwsReach
from sluice.cli.plane_reach import knock
from sluice.cli.stack_outputs import StackOutputs
from sluice.cli.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

    from sluice.catalog.ports import ArtefactInspector, ContentStore, FunctionPublisher, Registry
    from sluice.cli.gateway_client import GatewayClient
    from sluice.clock import Clock
    from sluice.experiments.conditions import LanguageOver
    from sluice.experiments.ports import DefinitionStore, UnitStore
    from sluice.rollouts.ports import RolloutStore
    from sluice.usecases.alias_ports import AliasPorts
    from sluice.usecases.append_ledger import LedgerPorts
    from sluice.usecases.check_experiment import Surroundings


class Connections:
    """The ports of a target, each made on first use: a client of AWS takes 0.3 s to import.

    Every port of the local plane raises NotAvailable at once if the plane is not running. Close it when done.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._opened = ExitStack()
        self._aws = AwsReach(target, self._opened)
        self._outputs = StackOutputs(target.environment, lambda: self.aws_client("cloudformation"))

    def close(self) -> None:
        """Close every client, and end the process that inspects artefacts."""
        self._opened.close()

    def address(self, name: str) -> str:
        """An address or name of the target: given, or told by its stack. Raises as `StackOutputs.address` does."""
        value: str = getattr(self.target, name)
        return value or ("" if self.target.is_local else self._outputs.address(name))

    @cached_property
    def registry(self) -> "Registry":
        """The models, versions and releases."""
        self._aws.reach()
        from sluice.adapters.dynamodb_registry import DynamoRegistry
        from sluice.adapters.dynamodb_table import RegistryTable

        return DynamoRegistry(RegistryTable(self.address("registry_table"), **self._aws.where))

    @cached_property
    def definitions(self) -> "DefinitionStore":
        """Experiments, namespaces and flags."""
        self._aws.reach()
        from sluice.adapters.dynamodb_definitions import DynamoDefinitions

        return DynamoDefinitions(self.address("experiments_table"), **self._aws.where)

    @cached_property
    def units(self) -> "UnitStore":
        """What is stored of units."""
        client = self.aws_client("dynamodb")
        from sluice.adapters.dynamodb_boto_calls import BotoCalls
        from sluice.adapters.dynamodb_units import DynamoUnits

        return DynamoUnits(BotoCalls(client), self.address("units_table"))

    @cached_property
    def rollouts(self) -> "RolloutStore":
        """Rollouts, which are open, and what is in quarantine."""
        self._aws.reach()
        from sluice.adapters.dynamodb_rollouts import DynamoRollouts

        return DynamoRollouts(self.address("rollouts_table"), **self._aws.where)

    @cached_property
    def ledger(self) -> "LedgerPorts":
        """The ledger of decisions, and its copies."""
        self._aws.reach()
        from sluice.adapters.dynamodb_ledger import DynamoLedger
        from sluice.adapters.s3_ledger_copy import S3LedgerCopies
        from sluice.usecases.append_ledger import LedgerPorts

        table, bucket = self.address("ledger_table"), self.address("ledger_bucket")
        return LedgerPorts(DynamoLedger(table, **self._aws.where), S3LedgerCopies(self._s3, bucket))

    @cached_property
    def clock(self) -> "Clock":
        """What time it is where commands go: the local plane's clock can be moved."""
        if not self.target.is_local:
            from sluice.clock import SystemClock

            return SystemClock()
        from sluice.adapters.plane_clock import PlaneClock

        return PlaneClock(self.target.aws_endpoint_url)

    @cached_property
    def alias_ports(self) -> "AliasPorts":
        """What moves traffic. A second region has no ledger; its aliases follow by hand."""
        from sluice.usecases.alias_ports import AliasPorts, Governed

        has_ledger = self.target.is_local or self.target.ledger_table or self._outputs.has("ledger_table")
        governed = Governed(self.ledger, self.rollouts) if has_ledger else None
        return AliasPorts(registry=self.registry, publisher=self.publisher, clock=self.clock, governed=governed)

    @cached_property
    def language_over(self) -> "LanguageOver":
        """The language of conditions."""
        from sluice.adapters.cel_conditions import CelLanguage

        return CelLanguage

    @cached_property
    def surroundings(self) -> "Surroundings":
        """What experiments are checked against."""
        from sluice.usecases.check_experiment import Surroundings

        return Surroundings(self.registry, self.publisher, self.language_over)

    @cached_property
    def content(self) -> "ContentStore":
        """Artefacts, release documents and large bodies."""
        self._aws.reach()
        from sluice.adapters.s3_boto_objects import BotoObjects
        from sluice.adapters.s3_content_store import S3ContentStore

        artefacts = self.address("artefacts_bucket")
        return S3ContentStore(BotoObjects(self._s3), {"artefacts": artefacts, "releases": artefacts})

    @cached_property
    def _s3(self) -> "S3Client":
        from sluice.adapters.s3_content_store import s3_client

        client = s3_client(**self._aws.where)
        self._opened.callback(client.close)
        return client

    @cached_property
    def inspector(self) -> "ArtefactInspector":
        """Opens ONNX files that nobody trusts yet."""
        from sluice.adapters.onnx_inspection import OnnxInspector

        return self._opened.enter_context(OnnxInspector())

    @cached_property
    def publisher(self) -> "FunctionPublisher":
        """Function versions and the alias."""
        from sluice.adapters.lambda_publisher import LambdaPublisher

        return LambdaPublisher(self.functions, function_prefix=self.function_prefix)

    def log_group(self, model: str) -> str:
        """Where the model's function writes."""
        from sluice.adapters.log_records import configured_log_group

        return configured_log_group(self.functions, model, self.function_prefix)

    @property
    def function_prefix(self) -> str:
        """What model functions' names start with; empty unless an environment is named."""
        return self.address("function_prefix") if self.target.environment else self.target.function_prefix

    @cached_property
    def functions(self) -> "LambdaClient":
        """AWS Lambda itself."""
        client: LambdaClient = self.aws_client("lambda")
        return client

    @cached_property
    def gateway(self) -> "GatewayClient":
        """The gateway, as any client sees it."""
        url = self.address("gateway_url")
        if self.target.is_local:
            knock(url)
        from sluice.cli.gateway_auth import gateway_auth_of
        from sluice.cli.gateway_client import GatewayClient

        kind = self.address("gateway_auth")
        auth = gateway_auth_of(kind, session=self._session, environment=os.environ)
        return GatewayClient(url, through_proxy=not self.target.is_local, auth=auth)

    def _session(self) -> Any:
        import boto3

        return boto3.Session()

    def aws_client(self, service: str) -> Any:
        """A boto3 client of one service."""
        return self._aws.client(service)
