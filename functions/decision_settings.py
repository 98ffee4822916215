"""What every function is told that moves an alias, or asks for it to be moved: where decisions are kept and told."""

from pydantic import Field

from functions.environment_settings import EnvironmentSettings


class DecisionSettings(EnvironmentSettings):
    """Tables, a bucket and a bus; and what model functions are called."""

    registry_table: str = Field(min_length=1)
    """The DynamoDB table of models, versions and releases."""

    rollouts_table: str = Field(min_length=1)
    """The DynamoDB table of rollouts, of which are open, and of what is in quarantine."""

    ledger_table: str = Field(min_length=1)
    """The DynamoDB table of the ledger's chains and heads."""

    ledger_bucket: str = Field(min_length=1)
    """The bucket under Object Lock that the ledger's records are copied to."""

    event_bus: str = "default"
    """The EventBridge bus that domain events are put on; empty on the local plane, which has none."""

    plane_url: str = ""
    """The AWS endpoint of a local plane, whose clock can be moved; empty: the time is the machine's."""

    function_prefix: str = ""
    """What the names of model functions start with; environments that share an account differ in it."""

    runbook: str = "docs/runbook.md"
    """Where an incident sends its reader: a path or a URL."""
