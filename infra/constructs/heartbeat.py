"""Once a minute the control function is asked whether it is ready, and an alarm tells when it was not.

Nobody outside can ask: no route is open. So the schedule invokes the alias with the event that the gateway would send
for `GET /v2/health/ready`, the function logs its answer as it does for every caller, and a metric counts the good ones.
"""

from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.minute_schedule import MinuteSchedule

_READY = "/v2/health/ready"
_MISSED_MINUTES = 3  # two heartbeats may fall into one minute and leave the next one empty

READY_EVENT: Final[dict[str, Any]] = {
    "version": "2.0",
    "routeKey": "ANY /v2/{proxy+}",
    "rawPath": _READY,
    "rawQueryString": "",
    "headers": {},
    "requestContext": {
        "http": {"method": "GET", "path": _READY, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
        "requestId": "<aws.scheduler.execution-id>",
    },
    "isBase64Encoded": False,
}


class Heartbeat(Construct):
    """`alarm` is on while the region cannot serve: its functions, its tables, or the schedule itself."""

    def __init__(
        self, scope: Construct, construct_id: str, *, control: lambda_.IAlias, control_logs: logs.ILogGroup
    ) -> None:
        super().__init__(scope, construct_id)
        MinuteSchedule(self, "Every", target=control, event=READY_EVENT)
        self.alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_description=f"{_READY} was not answered with 200 for {_MISSED_MINUTES} minutes",
            metric=_good_answers(self, control_logs),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=_MISSED_MINUTES,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )


def _good_answers(scope: Construct, control_logs: logs.ILogGroup) -> cloudwatch.Metric:
    answered_well = logs.FilterPattern.all(
        logs.FilterPattern.string_value("$.path", "=", _READY), logs.FilterPattern.number_value("$.status", "=", 200)
    )
    counted = logs.MetricFilter(
        scope,
        "GoodAnswers",
        log_group=control_logs,
        filter_pattern=answered_well,
        metric_namespace="Sluice/Heartbeat",
        metric_name=cdk.Stack.of(scope).stack_name,
        metric_value="1",
    )
    # Route 53 reads alarms on plain statistics of one standard-resolution metric only.
    return counted.metric(statistic="Sum", period=cdk.Duration.minutes(1))
