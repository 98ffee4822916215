"""Which stacks make a region. Names repeat from region to region, so that `sluice --env` finds its own anywhere."""

from dataclasses import dataclass, replace

import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from infra.asset_folders import AssetFolders
from infra.constructs.rollout_data import RolloutData
from infra.data_stack import DataStack
from infra.declarations.environment import Environment, SecondRegion
from infra.gpu_stack import GpuStack
from infra.serving_stack import ServedData, ServingStack
from infra.standby_data_stack import StandbyDataStack
from infra.watch_stack import WatchStack


def add_regions(app: cdk.App, environment: Environment, assets: AssetFolders) -> None:
    """One region, or two: then the second's data comes first, because the first's tables and buckets name it."""
    name, second = f"sluice-{environment.name}", environment.second_region
    here = cdk.Environment(account=environment.account, region=environment.region)
    data = DataStack(app, f"{name}-data", environment=environment, env=here)
    serve = _Serving(app, environment, assets)
    serve.add(name, data, here, deciding=data)
    if second is None:
        return
    there = cdk.Environment(account=environment.account, region=second.region)
    standby = StandbyDataStack(
        app, f"{name}-standby-data", stack_name=f"{name}-data", environment=environment, env=there
    )
    data.add_dependency(standby)
    replace(serve, environment=_certified_there(environment, second)).add(f"{name}-standby", standby, there)


@dataclass(frozen=True, slots=True)
class _Serving:
    """What serves a region, and what watches it."""

    app: cdk.App
    environment: Environment
    assets: AssetFolders

    def add(
        self, prefix: str, data: ServedData, place: cdk.Environment, *, deciding: RolloutData | None = None
    ) -> None:
        serving = ServingStack(
            self.app,
            f"{prefix}-serving",
            stack_name=self._name("serving"),
            environment=self.environment,
            data=data,
            assets=self.assets,
            deciding=deciding,
            env=place,
        )
        topic = self._watch(prefix, serving, data, place) if self.environment.is_watched else None
        if self.environment.gpu_endpoints:
            self._add_gpu(prefix, data, topic, place)

    def _watch(self, prefix: str, serving: ServingStack, data: ServedData, place: cdk.Environment) -> sns.ITopic:
        return WatchStack(
            self.app,
            f"{prefix}-watch",
            stack_name=self._name("watch"),
            environment=self.environment,
            models=serving.models,
            outcomes=data.outcomes,
            rollouts=serving.rollouts,
            env=place,
        ).topic

    def _add_gpu(self, prefix: str, data: ServedData, topic: sns.ITopic | None, place: cdk.Environment) -> None:
        GpuStack(
            self.app,
            f"{prefix}-gpu",
            stack_name=self._name("gpu"),
            environment=self.environment,
            records=data.records,
            key=data.keys.personal,
            topic=topic,
            env=place,
        )

    def _name(self, which: str) -> str:
        return f"sluice-{self.environment.name}-{which}"


def _certified_there(environment: Environment, second: SecondRegion) -> Environment:
    """A certificate serves in its own region only."""
    assert environment.api.domain is not None
    domain = replace(environment.api.domain, certificate_arn=second.certificate_arn)
    return replace(environment, api=replace(environment.api, domain=domain))
