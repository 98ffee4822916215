"""Everything that a rollout runs on: a bus, the controller's machine and function, and the failsafe."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.domain_bus import DomainBus
from infra.constructs.registry_function import RegistryFunctionProps
from infra.constructs.rollout_data import RolloutData, decision_names, grant_decide
from infra.constructs.rollout_functions import Failsafe, RolloutProps, RolloutSteps
from infra.constructs.rollout_machine import RolloutMachine, RolloutMachineProps
from infra.constructs.rollout_metrics import RolloutMetrics
from sluice.rollouts.state_machine import rollout_machine


class Rollouts(Construct):
    """`told` and `grant_ask` for whoever may ask for a rollout; `bus` and `metrics` for whoever watches."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        props: RegistryFunctionProps,
        *,
        data: RolloutData,
        record_groups: Sequence[logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        environment, self._data = props.environment, data
        self.bus = DomainBus(self, "Events", environment=environment)
        ours = RolloutProps(props.place, environment, props.layers, data, self.bus, record_groups)
        steps = RolloutSteps(self, "Controller", ours)
        failsafe = Failsafe(self, "Failsafe", ours)
        self.machine = RolloutMachine(
            self,
            "Machine",
            RolloutMachineProps(
                f"{environment.function_prefix}rollout",
                rollout_machine("${Tick}"),
                steps.alias,
                props.place,
                data.keys.catalog,
            ),
        )
        self.metrics = RolloutMetrics(self.machine.arn, failsafe.function, failsafe.restored)

    @property
    def told(self) -> dict[str, str]:
        """What the settings of whoever asks hold."""
        return {
            **decision_names(self._data),
            "event_bus": self.bus.name,
            "rollout_machine_arn": self.machine.arn,
        }

    def grant_ask(self, role: iam.Role) -> None:
        """Open rollouts, change what they shall do, write that down, have controllers started, and wake them."""
        grant_decide(self._data, role)
        self.bus.grant_tell(role)
        self.machine.grant_start(role)
        self.machine.grant_wake(role)
