"""An alarm that says who answers for it, what it means, and which chapter of the runbook helps."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_GOOD_NEWS = cloudwatch.TreatMissingData.NOT_BREACHING
_BAD_NEWS = cloudwatch.TreatMissingData.BREACHING


@dataclass(frozen=True, slots=True)
class Bound:
    """`threshold` broken in `periods` periods of five minutes in a row; `meaning` goes into the alarm's text.

    `is_lower_bound` is for what must go on all the time: less than the threshold is an alarm, and so is silence.
    """

    metric: cloudwatch.IMetric
    threshold: float
    chapter: str
    meaning: str
    periods: int = 1
    ignores_few_samples: bool = False
    is_lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Owned:
    """`what` is watched; its `owner` answers for it, with the `runbook`, and hears of it through `topic`."""

    what: str
    owner: str
    runbook: str
    topic: sns.ITopic


def owned_alarm(scope: Construct, name: str, bound: Bound, *, of: Owned) -> cloudwatch.Alarm:
    """No data is no alarm, but for a lower bound: what nobody asks costs nothing and is well."""
    runbook = f"{of.runbook}#{bound.chapter}"
    alarm = cloudwatch.Alarm(
        scope,
        name,
        metric=bound.metric,
        threshold=bound.threshold,
        evaluation_periods=bound.periods,
        comparison_operator=_BELOW if bound.is_lower_bound else _ABOVE,
        treat_missing_data=_BAD_NEWS if bound.is_lower_bound else _GOOD_NEWS,
        evaluate_low_sample_count_percentile="ignore" if bound.ignores_few_samples else None,
        alarm_description=f"{of.what}: {bound.meaning}. Owner: {of.owner}. Runbook: {runbook}",
    )
    alarm.add_alarm_action(actions.SnsAction(of.topic))
    alarm.add_ok_action(actions.SnsAction(of.topic))
    return alarm
