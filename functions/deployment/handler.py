"""The Lambda entry point; everything here runs once per execution environment."""

import os

import boto3
from aws_lambda_powertools import Logger

from functions.deployment.composition import build_handler
from functions.deployment.settings import DeploymentSettings
from functions.deployment.steps import Steps
from sluice.adapters.cloudformation_answer import send_answer
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_rollouts import DynamoRollouts
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.clock import SystemClock

_settings = DeploymentSettings.from_environment()
_region = os.environ["AWS_REGION"]
_rollouts = DynamoRollouts(_settings.rollouts_table, region=_region) if _settings.rollouts_table else None

handler = build_handler(
    Steps(
        registry=DynamoRegistry(RegistryTable(_settings.registry_table, region=_region)),
        publisher=LambdaPublisher(boto3.client("lambda"), function_prefix=_settings.function_prefix),
        clock=SystemClock(),
        rollouts=_rollouts,
    ),
    send=send_answer,
    logger=Logger(service="deployment"),
)
