"""What the failsafe is told when it is deployed."""

from functions.decision_settings import DecisionSettings


class FailsafeSettings(DecisionSettings):
    """No more than whoever moves an alias must know."""
