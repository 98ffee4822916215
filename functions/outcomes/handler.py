"""The Lambda entry point of the intake; everything here runs once per execution environment."""

import os
from uuid import uuid4

from aws_lambda_powertools import Logger

from functions.outcomes.composition import build_handler, unit_keys
from functions.outcomes.settings import OutcomesSettings
from sluice.adapters.dynamodb_definitions import DynamoDefinitions
from sluice.adapters.sqs_outcome_queue import SqsOutcomeQueue, sqs_client
from sluice.clock import SystemClock
from sluice.usecases.accept_outcomes import IntakePorts

_settings = OutcomesSettings.from_environment()
_definitions = DynamoDefinitions(_settings.experiments_table, region=os.environ["AWS_REGION"])

handler = build_handler(
    IntakePorts(
        queue=SqsOutcomeQueue(sqs_client(), _settings.queue_url),
        clock=SystemClock(),
        unit_key=unit_keys(_definitions.unit_hash_key),
        new_key=lambda: uuid4().hex,
    ),
    logger=Logger(service="outcomes"),
)
