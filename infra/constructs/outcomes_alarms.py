"""When to wake those who answer for outcomes: some could not be stored, or all wait too long."""

from typing import Final

from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.outcomes_queue import OutcomesQueue
from infra.constructs.owned_alarm import Bound, Owned, owned_alarm
from infra.constructs.served_metrics import PERIOD
from infra.declarations.experiments import ExperimentSettings

_OLDEST_SECONDS: Final = 900


class OutcomesAlarms(Construct):
    """`alarms`, two of them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        queue: OutcomesQueue,
        settings: ExperimentSettings,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        owned = Owned("outcomes", settings.owner, settings.runbook, topic)
        self.alarms = [owned_alarm(self, name, bound, of=owned) for name, bound in _bounds(queue).items()]


def _bounds(queue: OutcomesQueue) -> dict[str, Bound]:
    dead = queue.dead_letters.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    oldest = queue.queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
    late = f"the oldest that waits came in more than {_OLDEST_SECONDS // 60} minutes ago"
    return {
        "DeadLetters": Bound(dead, 0, "outcomes", "some could not be stored, however often it was tried"),
        "Age": Bound(oldest, _OLDEST_SECONDS, "outcomes", late),
    }
