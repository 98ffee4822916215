"""What the function behind a rollout's machine is told when it is deployed."""

from functions.decision_settings import DecisionSettings


class RolloutStepsSettings(DecisionSettings):
    """The same, and where the metrics of both sides are."""

    metrics_namespace: str = ""
    """The CloudWatch namespace that the records of model functions make their metrics in.

    Empty on the local plane, which makes none: there all readings are from the records.
    """
