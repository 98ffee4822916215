"""The environment's own event bus, on which the rest of the organisation hears of rollouts."""

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.declarations.environment import Environment

SOURCE: Final = "sluice.rollouts"
WAKING: Final = ("RolloutAsks", "RolloutIncident")
"""A rollout that waits for a person, and one that was undone or halted."""


class DomainBus(Construct):
    """`name` is physical, for whoever adds rules of their own: `sluice-<environment>`."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._bus = events.EventBus(self, "Bus", event_bus_name=f"sluice-{environment.name}")
        self.name = f"sluice-{environment.name}"

    def grant_tell(self, role: iam.Role) -> None:
        """Put events of our source, and no others."""
        ours = {"StringEquals": {"events:source": SOURCE}}
        tell = iam.PolicyStatement(actions=["events:PutEvents"], resources=[self._bus.event_bus_arn], conditions=ours)
        role.add_to_policy(tell)


class WakingEvents(Construct):
    """What a person must hear of at once goes to the topic of the alarms."""

    def __init__(self, scope: Construct, construct_id: str, *, bus_name: str, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        rule = events.Rule(
            self,
            "Rule",
            description="Rollouts that were undone or halted, or that wait for a person",
            event_bus=events.EventBus.from_event_bus_name(self, "Bus", bus_name),
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=list(WAKING)),
            targets=[targets.SnsTopic(topic)],
        )
        kept = "EventBridge tries for a day, and what it gives up stands in the ledger"
        acknowledge(rule, "Serverless::Serverless-EventBusDLQ", kept)
