"""What AWS counts of the machine and of the failsafe: whether rollouts are looked after at all."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from infra.constructs.served_metrics import PERIOD


@dataclass(frozen=True, slots=True)
class RolloutMetrics:
    """Of one environment; `restored` counts the rollouts that the failsafe had to end."""

    machine_arn: str
    failsafe: lambda_.IFunction
    restored: cloudwatch.IMetric

    def executions(self, metric: str) -> cloudwatch.Metric:
        """How many executions of the machine ended, or began, so."""
        return _counted("AWS/States", metric, {"StateMachineArn": self.machine_arn})

    def looks(self, metric: str) -> cloudwatch.Metric:
        """How often the failsafe was called (`Invocations`), and failed (`Errors`)."""
        return _counted("AWS/Lambda", metric, {"FunctionName": self.failsafe.function_name})


def _counted(namespace: str, metric: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=metric,
        statistic="Sum",
        dimensions_map=dimensions,
        period=PERIOD,
        label=metric,
    )
