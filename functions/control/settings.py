"""What the control function is told when it is deployed."""

from pydantic import Field

from functions.environment_settings import EnvironmentSettings


class ControlSettings(EnvironmentSettings):
    """Where the registry is, and what model functions are called."""

    registry_table: str = Field(min_length=1)
    """The DynamoDB table of models, versions and releases."""

    function_prefix: str = ""
    """What the names of model functions start with; environments that share an account differ in it."""
