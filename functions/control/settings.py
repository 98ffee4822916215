"""What the control function is told when it is deployed."""

from pydantic import Field

from functions.environment_settings import EnvironmentSettings


class ControlSettings(EnvironmentSettings):
    """Where the registry and the experiments are, and what model functions are called."""

    registry_table: str = Field(min_length=1)
    """The DynamoDB table of models, versions and releases."""

    function_prefix: str = ""
    """What the names of model functions start with; environments that share an account differ in it."""

    experiments_table: str = ""
    """The DynamoDB table of experiments, namespaces and flags; without it the control API of these answers 501."""

    units_table: str = ""
    """The DynamoDB table of units' assignments and overrides; it goes with the experiments table."""

    rollouts_table: str = ""
    """The DynamoDB table of rollouts; without it, and the ledger, requests about rollouts answer 501."""

    ledger_table: str = ""
    """The DynamoDB table of the ledger's chains and heads."""

    ledger_bucket: str = ""
    """The bucket under Object Lock that the ledger's records are copied to."""

    event_bus: str = ""
    """The EventBridge bus that domain events are put on; without it nobody hears of them."""

    rollout_machine_arn: str = ""
    """The state machine that runs controllers; without it nothing can be started here."""

    plane_url: str = ""
    """The AWS endpoint of a local plane, whose clock is that of rollouts there; empty: the time is the machine's."""

    flags_cache_seconds: int = Field(default=10, ge=0)
    """How old flags and overrides may be, and so how long a kill switch takes at most."""

    ofrep_rate_rps: int = Field(default=0, ge=0)
    """Flag evaluations that one execution environment answers in a second; 0 is no limit."""

    unit_state_budget_ms: int = Field(default=250, ge=1)
    """How long a read of a unit's overrides may take; then its flags are evaluated without."""
