"""What the two functions of outcomes are told when they are deployed: one takes outcomes in, one stores them."""

from pydantic import Field

from functions.environment_settings import EnvironmentSettings


class OutcomesSettings(EnvironmentSettings):
    """Where accepted outcomes go, and where the secret is that makes unit keys."""

    queue_url: str = Field(min_length=1)
    """The SQS queue, as its own URL."""

    experiments_table: str = Field(min_length=1)
    """The DynamoDB table of experiments, which holds the secret."""


class DeliverySettings(EnvironmentSettings):
    """Where outcomes are kept."""

    records_bucket: str = Field(min_length=1)
    """The S3 bucket; an outcome is an object below `outcomes/`."""
