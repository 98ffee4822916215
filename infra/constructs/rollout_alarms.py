"""When to wake those who answer for rollouts: a controller died, or the net below it is torn."""

from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.owned_alarm import Bound, Owned, owned_alarm
from infra.constructs.rollout_metrics import RolloutMetrics
from infra.declarations.rollouts import RolloutSettings

_FAILED_LOOKS = 3  # of about five in a period


class RolloutAlarms(Construct):
    """`alarms`, five of them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        metrics: RolloutMetrics,
        settings: RolloutSettings,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        owned = Owned("rollouts", settings.owner, settings.runbook, topic)
        bounds = _of_the_controller(metrics) | _of_the_failsafe(metrics)
        self.alarms = [owned_alarm(self, name, bound, of=owned) for name, bound in bounds.items()]


def _of_the_controller(metrics: RolloutMetrics) -> dict[str, Bound]:
    chapter, then = "rollout-controller", "ended before its rollout did, unless that is closed"
    failed = Bound(metrics.executions("ExecutionsFailed"), 0, chapter, f"an execution failed, and {then}")
    late = Bound(metrics.executions("ExecutionsTimedOut"), 0, chapter, f"an execution ran out of time, and {then}")
    return {"ControllerFailed": failed, "ControllerTimedOut": late}


def _of_the_failsafe(metrics: RolloutMetrics) -> dict[str, Bound]:
    restored = "nobody looked after a candidate, so the failsafe took its traffic away"
    fails = "the failsafe fails nearly every minute: nobody would take a candidate's traffic away"
    silent = "the failsafe does not run: nobody would take a candidate's traffic away"
    return {
        "FailsafeRestored": Bound(metrics.restored, 0, "failsafe", restored),
        "FailsafeFails": Bound(metrics.looks("Errors"), _FAILED_LOOKS, "failsafe", fails),
        "FailsafeSilent": Bound(metrics.looks("Invocations"), 1, "failsafe", silent, 2, is_lower_bound=True),
    }
