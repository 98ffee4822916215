"""The environment's own event bus, on which the rest of the organisation hears of rollouts."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.alarm_topic import AlarmTopic
from infra.constructs.key_grants import grant_through
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
        """Put events on this bus, and on no other."""
        role.add_to_policy(iam.PolicyStatement(actions=["events:PutEvents"], resources=[self._bus.event_bus_arn]))


class WakingEvents(Construct):
    """What a person must hear of at once goes to the topic of the alarms."""

    def __init__(self, scope: Construct, construct_id: str, *, bus_name: str, topic: AlarmTopic) -> None:
        super().__init__(scope, construct_id)
        rule = events.CfnRule(
            self,
            "Rule",
            description="Rollouts that were undone or halted, or that wait for a person",
            event_bus_name=bus_name,
            event_pattern={"source": [SOURCE], "detail-type": list(WAKING)},
            targets=[_target(self, topic)],
        )
        kept = "EventBridge tries for a day, and what it gives up stands in the ledger"
        acknowledge(rule, "Serverless::Serverless-EventBusDLQ", kept)


def _target(scope: Construct, topic: AlarmTopic) -> events.CfnRule.TargetProperty:
    """Published in a role's name: EventBridge's own principal could not be held to this account."""
    of_this_account = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=of_this_account))
    role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]))
    if topic.key:
        grant_through("sns", topic.key, role, "kms:Decrypt", "kms:GenerateDataKey")
    return events.CfnRule.TargetProperty(id="Alarms", arn=topic.topic_arn, role_arn=role.role_arn)
