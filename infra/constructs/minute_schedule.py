"""A function that is called every minute, by a schedule that may call nothing else."""

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct


class MinuteSchedule(Construct):
    """Calls the alias with this event. A call that comes late is dropped: the next one comes in a minute."""

    def __init__(
        self, scope: Construct, construct_id: str, *, target: lambda_.IAlias, event: Mapping[str, Any]
    ) -> None:
        super().__init__(scope, construct_id)
        once = scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=0, maximum_event_age_in_seconds=60)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            schedule_expression="rate(1 minute)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target.function_arn,
                role_arn=_caller(self, target).role_arn,
                input=json.dumps(event),
                retry_policy=once,
            ),
        )


def _caller(scope: Construct, target: lambda_.IAlias) -> iam.Role:
    of_this_account = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    role = iam.Role(
        scope, "Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=of_this_account)
    )
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[target.function_arn]))
    return role
