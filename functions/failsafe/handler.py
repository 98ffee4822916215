"""The Lambda entry point; everything here runs once per execution environment."""

import os

import boto3
from aws_lambda_powertools import Logger

from functions.decision_wiring import clock_of, events_of
from functions.failsafe.composition import build_handler
from functions.failsafe.settings import FailsafeSettings
from sluice.adapters.dynamodb_ledger import DynamoLedger
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_rollouts import DynamoRollouts
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.adapters.s3_content_store import s3_client
from sluice.adapters.s3_ledger_copy import S3LedgerCopies
from sluice.usecases.append_ledger import LedgerPorts
from sluice.usecases.rollout_ports import RolloutPorts

_settings = FailsafeSettings.from_environment()
_region = os.environ["AWS_REGION"]

handler = build_handler(
    RolloutPorts(
        store=DynamoRollouts(_settings.rollouts_table, region=_region),
        ledger=LedgerPorts(
            DynamoLedger(_settings.ledger_table, region=_region), S3LedgerCopies(s3_client(), _settings.ledger_bucket)
        ),
        publisher=LambdaPublisher(boto3.client("lambda"), function_prefix=_settings.function_prefix),
        registry=DynamoRegistry(RegistryTable(_settings.registry_table, region=_region)),
        events=events_of(_settings),
        clock=clock_of(_settings),
        runbook=_settings.runbook,
    ),
    logger=Logger(service="failsafe"),
)
