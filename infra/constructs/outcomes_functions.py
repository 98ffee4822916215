"""Outcomes: one function takes them in and puts them into the queue, another stores what the queue holds."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.environment_settings import EnvironmentSettings
from functions.outcomes.settings import DeliverySettings, OutcomesSettings
from infra.constructs.acknowledgements import acknowledge
from infra.constructs.content_buckets import RecordsBucket
from infra.constructs.following_alias import following_alias
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.granted_table import GrantedTable
from infra.constructs.outcomes_queue import DELIVERY_TIMEOUT_SECONDS, DELIVERY_WINDOW_SECONDS, OutcomesQueue
from infra.constructs.python_function import FunctionPlace, FunctionShape, PythonFunction

_SOURCE = "outcomes"
_MEMORY_MB = 512
_INTAKE_TIMEOUT_SECONDS = 29
_BATCH_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class OutcomesProps:
    """`experiments` holds the secret that makes unit keys; `batches_at_once` bounds what is stored in parallel."""

    place: FunctionPlace
    layers: FunctionLayers
    queue: OutcomesQueue
    experiments: GrantedTable
    records: RecordsBucket
    batches_at_once: int


class OutcomesIntake(Construct):
    """`alias`, which the gateway calls: an outcome is in the queue before the caller hears 202."""

    def __init__(self, scope: Construct, construct_id: str, props: OutcomesProps) -> None:
        super().__init__(scope, construct_id)
        settings = OutcomesSettings(
            queue_url=props.queue.queue.queue_url, experiments_table=props.experiments.table.table_name
        )
        shape = _shape(props, settings, "Takes outcomes in", timeout_seconds=_INTAKE_TIMEOUT_SECONDS)
        ours = PythonFunction(self, "Intake", place=props.place, shape=shape)
        props.queue.grant_send(ours.role)
        props.experiments.grant_get_and_put(ours.role)
        self.alias = following_alias(self, ours.function)


class OutcomesDelivery(Construct):
    """Reads the queue in batches, and tells it which messages failed: those alone come again."""

    def __init__(self, scope: Construct, construct_id: str, props: OutcomesProps) -> None:
        super().__init__(scope, construct_id)
        settings = DeliverySettings(records_bucket=props.records.bucket.bucket_name)
        shape = _shape(
            props,
            settings,
            "Stores outcomes",
            timeout_seconds=DELIVERY_TIMEOUT_SECONDS,
            entry="delivery_handler",
        )
        ours = PythonFunction(self, "Delivery", place=props.place, shape=shape)
        props.queue.grant_consume(ours.role)
        props.records.grant_keep_outcomes(ours.role)
        source = lambda_.EventSourceMapping(
            self,
            "Source",
            target=following_alias(self, ours.function),
            event_source_arn=props.queue.queue.queue_arn,
            batch_size=_BATCH_MESSAGES,
            max_batching_window=cdk.Duration.seconds(DELIVERY_WINDOW_SECONDS),
            max_concurrency=props.batches_at_once,
            report_batch_item_failures=True,
        )
        source.node.add_dependency(ours.role)  # its policy too: Lambda tries to read when the mapping is made
        redriven = "what fails stays in the queue, which sends it to its dead letters"
        acknowledge(source, "Serverless::Serverless-LambdaEventSourceMappingDestination", redriven)


def _shape(
    props: OutcomesProps,
    settings: EnvironmentSettings,
    description: str,
    *,
    timeout_seconds: int,
    entry: str = "handler",
) -> FunctionShape:
    return FunctionShape(
        source=_SOURCE,
        entry=entry,
        description=description,
        layers=(props.layers.runtime,),
        variables=settings.to_environment(),
        memory_mb=_MEMORY_MB,
        timeout_seconds=timeout_seconds,
    )
