"""The Lambda entry point; everything here runs once per execution environment."""

import os
from functools import partial

import boto3
from aws_lambda_powertools import Logger

from functions.decision_wiring import clock_of, events_of
from functions.rollout_steps.composition import FromLogs, both_sources, build_handler, records_alone
from functions.rollout_steps.settings import RolloutStepsSettings
from sluice.adapters.cloudwatch_metrics_source import CloudWatchMetricsSource, CloudWatchSettings
from sluice.adapters.dynamodb_ledger import DynamoLedger
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_rollouts import DynamoRollouts
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.lambda_candidate_calls import LambdaCandidateCalls
from sluice.adapters.lambda_hooks import LambdaHooks
from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.adapters.log_records import LogRecords, configured_log_group
from sluice.adapters.s3_content_store import s3_client
from sluice.adapters.s3_ledger_copy import S3LedgerCopies
from sluice.rollouts.judge import judge
from sluice.rollouts.ports import MetricsSource
from sluice.usecases.append_ledger import LedgerPorts
from sluice.usecases.ask_gate import Gates
from sluice.usecases.rollout_ports import ControllerPorts
from sluice.usecases.warm_candidate import warm_rollout

_settings = RolloutStepsSettings.from_environment()
_region = os.environ["AWS_REGION"]
_clock = clock_of(_settings)
_lambda = boto3.client("lambda")
_registry = DynamoRegistry(RegistryTable(_settings.registry_table, region=_region))
_calls = LambdaCandidateCalls(_lambda, function_prefix=_settings.function_prefix)
_group_of = partial(configured_log_group, _lambda, function_prefix=_settings.function_prefix)
_logs = boto3.client("logs")
_from_logs = FromLogs(_logs, _group_of, _clock, _registry)


def _metrics() -> MetricsSource:
    if not _settings.metrics_namespace:
        return records_alone(_from_logs)
    settings = CloudWatchSettings(_settings.metrics_namespace, _settings.function_prefix)
    return both_sources(CloudWatchMetricsSource(boto3.client("cloudwatch"), _clock, settings), _from_logs)


handler = build_handler(
    ControllerPorts(
        store=DynamoRollouts(_settings.rollouts_table, region=_region),
        ledger=LedgerPorts(
            DynamoLedger(_settings.ledger_table, region=_region), S3LedgerCopies(s3_client(), _settings.ledger_bucket)
        ),
        publisher=LambdaPublisher(_lambda, function_prefix=_settings.function_prefix),
        registry=_registry,
        events=events_of(_settings),
        clock=_clock,
        runbook=_settings.runbook,
        metrics=_metrics(),
        judge=judge,
        warm_up=partial(warm_rollout, registry=_registry, calls=_calls),
        ask_gate=Gates(LambdaHooks(_lambda), _calls, LogRecords(_logs, group_of=_group_of), _clock).ask,
    ),
    logger=Logger(service="rollout-steps"),
)
