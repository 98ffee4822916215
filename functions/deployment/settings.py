"""What the deployment function is told when it is deployed."""

from pydantic import Field

from functions.environment_settings import EnvironmentSettings


class DeploymentSettings(EnvironmentSettings):
    """Where the registry is, and what model functions are called."""

    registry_table: str = Field(min_length=1)
    """The DynamoDB table of models, versions and releases."""

    rollouts_table: str = ""
    """The DynamoDB table of rollouts; without it, only a candidate that has traffic is an open rollout."""

    function_prefix: str = ""
    """What the names of model functions start with; environments that share an account differ in it."""
