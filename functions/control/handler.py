"""The Lambda entry point; everything here runs once per execution environment."""

import os
from functools import cache, partial

import boto3
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from functions.control.experiment_wiring import wire_experiments
from functions.control.flag_wiring import wire_flags
from functions.control.rollout_wiring import wire_rollouts
from functions.control.settings import ControlSettings
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.lambda_publisher import LambdaPublisher

_settings = ControlSettings.from_environment()
_region = os.environ["AWS_REGION"]
_registry = DynamoRegistry(RegistryTable(_settings.registry_table, region=_region))
_publisher = LambdaPublisher(boto3.client("lambda"), function_prefix=_settings.function_prefix)

handler = build_handler(
    registry=_registry,
    publisher=_publisher,
    logger=Logger(service="control"),
    experiments=partial(wire_experiments, _settings, registry=_registry, publisher=_publisher, region=_region),
    flags=partial(wire_flags, _settings),
    rollouts=cache(partial(wire_rollouts, _settings, registry=_registry, publisher=_publisher, region=_region)),
)
