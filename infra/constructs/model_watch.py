"""A model's alarms and dashboard, over one set of metrics."""

from dataclasses import dataclass

from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.model_alarms import ModelAlarms
from infra.constructs.model_dashboard import DashboardProps, ModelDashboard
from infra.constructs.model_function import ModelFunction
from infra.constructs.rollout_metrics import RolloutMetrics
from infra.constructs.served_metrics import ServedMetrics
from infra.declarations.environment import Architecture


@dataclass(frozen=True, slots=True)
class WatchedModel:
    """`dashboard_name` is physical: people look for it. No `rollouts`: none are controlled in this region."""

    dashboard_name: str
    model: ModelFunction
    architecture: Architecture
    rollouts: RolloutMetrics | None = None


class ModelWatch(Construct):
    """Who is told, and what they see."""

    def __init__(
        self, scope: Construct, construct_id: str, *, watched: WatchedModel, namespace: str, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        model = watched.model
        metrics = ServedMetrics(namespace, model.settings.name, model.alias, model.function)
        alarms = ModelAlarms(self, "Alarms", model=model.settings, metrics=metrics, topic=topic).alarms
        props = DashboardProps(
            watched.dashboard_name, model.settings, metrics, alarms, watched.architecture, watched.rollouts
        )
        ModelDashboard(self, "Dashboard", props)
