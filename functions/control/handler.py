"""The Lambda entry point; everything here runs once per execution environment."""

import os

import boto3
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from functions.control.settings import ControlSettings
from sluice.adapters.dynamodb_registry import DynamoRegistry
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.adapters.lambda_publisher import LambdaPublisher

_settings = ControlSettings.from_environment()

handler = build_handler(
    registry=DynamoRegistry(RegistryTable(_settings.registry_table, region=os.environ["AWS_REGION"])),
    publisher=LambdaPublisher(boto3.client("lambda"), function_prefix=_settings.function_prefix),
    logger=Logger(service="control"),
)
