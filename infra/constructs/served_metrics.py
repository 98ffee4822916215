"""The metrics of a model, as its records and AWS make them (docs/records.md)."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from infra.declarations.environment import Environment

PERIOD = cdk.Duration.minutes(5)


def metrics_namespace_of(environment: Environment) -> str:
    """Environments that share an account must not share metrics."""
    return f"Sluice/{environment.name}"


@dataclass(frozen=True, slots=True)
class ServedMetrics:
    """One model's; `alias` is `live`."""

    namespace: str
    model: str
    alias: lambda_.IAlias
    function: lambda_.IFunction

    def by_function_version(self, metric: str, statistic: str, *, label: str = "") -> cloudwatch.MathExpression:
        """A line per function version that had traffic; versions need not be known."""
        return self._search("model,function_version", metric, statistic, label)

    def by_model_version(self, metric: str, statistic: str) -> cloudwatch.MathExpression:
        """A line per function version and model version."""
        return self._search("model,function_version,model_version", metric, statistic, "")

    def server_error_rate(self, *, per_version: bool) -> cloudwatch.MathExpression:
        """Of all requests, between 0 and 1; with `per_version` a series per function version, the worst first."""
        schema = f'SCHEMA("{self.namespace}", model, function_version)'
        groups = " GROUP BY function_version ORDER BY AVG() DESC" if per_version else ""
        query = f"SELECT AVG(ServerErrors) FROM {schema} WHERE model = '{self.model}'{groups}"  # noqa: S608 - not SQL
        return cloudwatch.MathExpression(expression=query, using_metrics={}, period=PERIOD, label="server error rate")

    def live(self, metric: str, statistic: str) -> cloudwatch.Metric:
        """What AWS Lambda counts for the alias."""
        resource = f"{self.function.function_name}:{self.alias.alias_name}"
        dimensions = {"FunctionName": self.function.function_name, "Resource": resource}
        return self._lambda(metric, statistic, dimensions)

    def whole_function(self, metric: str, statistic: str) -> cloudwatch.Metric:
        """What AWS Lambda counts for the function, whoever called it."""
        return self._lambda(metric, statistic, {"FunctionName": self.function.function_name})

    def _lambda(self, metric: str, statistic: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=metric,
            statistic=statistic,
            dimensions_map=dimensions,
            period=PERIOD,
            label=metric,
        )

    def _search(self, dimensions: str, metric: str, statistic: str, label: str) -> cloudwatch.MathExpression:
        terms = f'{{"{self.namespace}",{dimensions}}} MetricName="{metric}" model="{self.model}"'
        seconds = int(PERIOD.to_seconds())
        expression = f"SEARCH('{terms}', '{statistic}', {seconds})"
        return cloudwatch.MathExpression(expression=expression, using_metrics={}, period=PERIOD, label=label)
