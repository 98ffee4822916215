"""What serves: functions and their aliases, the gateway in front of them, and where their records go."""

from typing import Any, Protocol

import aws_cdk as cdk
from constructs import Construct

from infra.asset_folders import AssetFolders
from infra.constructs.content_buckets import ArtefactsBucket, RecordsBucket
from infra.constructs.control_function import ControlFunction
from infra.constructs.data_keys import DataKeys
from infra.constructs.deployment_function import DeploymentFunction
from infra.constructs.deployment_steps import DeploymentSteps
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.function_names import model_function_name
from infra.constructs.gateway import Gateway, GatewayProps, build_gateway
from infra.constructs.granted_table import GrantedTable
from infra.constructs.health_checked_dns import HealthCheckedDns, HealthCheckedDnsProps
from infra.constructs.model_function import ModelFunction, ModelFunctionProps
from infra.constructs.outcomes_functions import OutcomesDelivery, OutcomesIntake, OutcomesProps
from infra.constructs.outcomes_queue import OutcomesQueue
from infra.constructs.python_function import FunctionPlace
from infra.constructs.record_shipping import FLAG_EXPOSURES, INFERENCES, RecordShipping
from infra.constructs.registry_function import RegistryFunctionProps
from infra.constructs.rollout_data import RolloutData
from infra.constructs.rollouts import Rollouts
from infra.constructs.served_metrics import metrics_namespace_of
from infra.declarations.environment import Environment
from infra.outputs import tell


class ServedData(Protocol):
    """The data of a region, as far as serving goes."""

    @property
    def keys(self) -> DataKeys:
        """One per data class, or none."""
        ...

    @property
    def registry(self) -> GrantedTable:
        """Models, versions and releases."""
        ...

    @property
    def experiments(self) -> GrantedTable:
        """Experiments, namespaces, flags, and the snapshots that functions read."""
        ...

    @property
    def units(self) -> GrantedTable:
        """What units were assigned, and what was forced on them."""
        ...

    @property
    def artefacts(self) -> ArtefactsBucket:
        """Artefacts and release documents."""
        ...

    @property
    def records(self) -> RecordsBucket:
        """Inference records, bodies too large for one, and outcomes."""
        ...

    @property
    def outcomes(self) -> OutcomesQueue:
        """What waits to be stored."""
        ...


class ServingStack(cdk.Stack):
    """One per region. Its outputs are where `sluice --env` finds everything; `rollouts` are controlled in the first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        data: ServedData,
        assets: AssetFolders,
        deciding: RolloutData | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._environment, self._data = environment, data
        self._place = FunctionPlace(assets, environment.data, data.keys.personal)
        self._layers = FunctionLayers(self, "Layers", assets=assets)
        self._for_registry = RegistryFunctionProps(self._place, environment, self._layers, data.registry)
        self.models = {model.name: self._model(model) for model in environment.models}
        self.rollouts = self._rollouts(deciding) if deciding else None
        control = self._control()
        self.gateway = self._gateway(control, self._outcomes())
        if environment.second_region:
            self._fail_over(control)
        self._deployment_steps(deciding.rollouts if deciding else None)
        if environment.data.ship_records:
            self._ship_records(control)
        self._outputs()

    def _model(self, model: Any) -> ModelFunction:
        environment, data = self._environment, self._data
        props = ModelFunctionProps(
            model_function_name(environment, model.name),
            model,
            self._layers,
            data.artefacts,
            data.records,
            data.experiments,
            data.units,
            environment.experiments,
            metrics_namespace_of(environment),
        )
        return ModelFunction(self, f"Model-{model.name}", place=self._place, props=props)

    def _control(self) -> ControlFunction:
        data = self._data
        return ControlFunction(
            self,
            "Control",
            self._for_registry,
            experiments=data.experiments,
            units=data.units,
            rollouts=self.rollouts,
        )

    def _outcomes(self) -> OutcomesIntake:
        data, declared = self._data, self._environment.experiments
        props = OutcomesProps(
            self._place, self._layers, data.outcomes, data.experiments, data.records, declared.outcomes_concurrency
        )
        OutcomesDelivery(self, "OutcomesDelivery", props)
        return OutcomesIntake(self, "Outcomes", props)

    def _gateway(self, control: ControlFunction, outcomes: OutcomesIntake) -> Gateway:
        aliases = {name: model.alias for name, model in self.models.items()}
        props = GatewayProps(
            self._environment.api,
            control.alias,
            outcomes.alias,
            aliases,
            self._environment.data,
            self._data.keys.personal,
            fails_over=self._environment.second_region is not None,
        )
        return build_gateway(self, "Gateway", props)

    def _fail_over(self, control: ControlFunction) -> None:
        domain, second = self.gateway.domain, self._environment.second_region
        assert domain is not None
        assert second is not None
        is_first = self.region != second.region
        HealthCheckedDns(
            self, "Dns", HealthCheckedDnsProps(domain, control.alias, control.log_group, is_first_region=is_first)
        )

    def _rollouts(self, data: RolloutData) -> Rollouts:
        groups = [model.log_group for model in self.models.values()]
        return Rollouts(self, "Rollouts", self._for_registry, data=data, record_groups=groups)

    def _deployment_steps(self, rollouts: GrantedTable | None) -> None:
        function = DeploymentFunction(self, "Deployment", self._for_registry, rollouts=rollouts)
        for name, model in self.models.items():
            shifts = self._environment.shifts_on_deploy
            steps = DeploymentSteps(self, f"Steps-{name}", by=function, model=model, shifts=shifts)
            tell(self, {f"Deployed{''.join(word.capitalize() for word in name.split('-'))}": steps.outcome})

    def _ship_records(self, control: ControlFunction) -> None:
        records, key = self._data.records, self._data.keys.personal
        inferences = RecordShipping(self, "RecordShipping", INFERENCES, records=records, key=key)
        for model in self.models.values():
            inferences.ship(model, model.log_group)
        exposures = RecordShipping(self, "FlagExposureShipping", FLAG_EXPOSURES, records=records, key=key)
        exposures.ship(control, control.log_group)

    def _outputs(self) -> None:
        outputs = {"GatewayUrl": self.gateway.url, "GatewayAuth": self.gateway.auth_name}
        tell(self, {**outputs, "FunctionPrefix": self._environment.function_prefix})
        if self.rollouts:
            tell(self, {"RolloutMachineArn": self.rollouts.machine.arn, "EventBus": self.rollouts.bus.name})
