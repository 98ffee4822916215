"""The Lambda entry point of the delivery; everything here runs once per execution environment."""

from aws_lambda_powertools import Logger

from functions.outcomes.composition import build_delivery_handler
from functions.outcomes.settings import DeliverySettings
from sluice.adapters.s3_content_store import s3_client
from sluice.adapters.s3_outcome_store import S3OutcomeStore

_settings = DeliverySettings.from_environment()

handler = build_delivery_handler(
    S3OutcomeStore(s3_client(), _settings.records_bucket), logger=Logger(service="outcomes-delivery")
)
