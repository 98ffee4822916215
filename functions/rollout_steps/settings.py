"""What the function behind a rollout's machine is told when it is deployed."""

from pydantic import Field

from functions.decision_settings import DecisionSettings


class RolloutStepsSettings(DecisionSettings):
    """The same, and where the metrics of both sides are."""

    metrics_namespace: str = Field(min_length=1)
    """The CloudWatch namespace that the records of model functions make their metrics in."""
