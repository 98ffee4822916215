"""Who is told when it goes wrong, and what they see. Apart, so that no mistake here can roll back what serves."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.alarm_topic import AlarmTopic
from infra.constructs.domain_bus import WakingEvents
from infra.constructs.model_function import ModelFunction
from infra.constructs.model_watch import ModelWatch, WatchedModel
from infra.constructs.outcomes_alarms import OutcomesAlarms
from infra.constructs.outcomes_queue import OutcomesQueue
from infra.constructs.rollout_alarms import RolloutAlarms
from infra.constructs.rollouts import Rollouts
from infra.constructs.served_metrics import metrics_namespace_of
from infra.declarations.environment import Environment


class WatchStack(cdk.Stack):
    """Alarms and a dashboard per model, alarms on outcomes and on rollouts where they are controlled; one topic."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        models: Mapping[str, ModelFunction],
        outcomes: OutcomesQueue,
        rollouts: Rollouts | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.topic = AlarmTopic(self, "Alarms", environment=environment)
        namespace = metrics_namespace_of(environment)
        for name, model in models.items():
            board = f"{environment.name}-{name}"
            watched = WatchedModel(board, model, environment.architecture, rollouts.metrics if rollouts else None)
            ModelWatch(self, f"Watch-{name}", watched=watched, namespace=namespace, topic=self.topic)
        OutcomesAlarms(self, "WatchOutcomes", queue=outcomes, settings=environment.experiments, topic=self.topic)
        if rollouts:
            self._watch_rollouts(rollouts, environment)

    def _watch_rollouts(self, rollouts: Rollouts, environment: Environment) -> None:
        declared = environment.rollouts
        RolloutAlarms(self, "WatchRollouts", metrics=rollouts.metrics, settings=declared, topic=self.topic)
        WakingEvents(self, "WakingEvents", bus_name=rollouts.bus.name, topic=self.topic)
