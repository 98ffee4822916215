"""What a deployment does for one model, around the change of its function.

guard          before: refuses while a rollout is open, so that nothing has changed yet
(the function is created or changed)
carry-over     after: publishes a function version with the release that is being served
"""

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.deployment_function import TIMEOUT_SECONDS, DeploymentFunction
from infra.constructs.model_function import ModelFunction

_MARGIN_SECONDS = 60


class DeploymentSteps(Construct):
    """Two custom resources; each runs when the model's fingerprint, or leave to shift, has changed."""

    def __init__(
        self, scope: Construct, construct_id: str, *, by: DeploymentFunction, model: ModelFunction, shifts: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self._by, self._model = by, model
        guard = self._step("Guard", "Custom::SluiceDeploymentGuard", {"Step": "guard"})
        guard.node.add_dependency(by.role)  # its policies too, or the first call is refused
        model.function.node.add_dependency(guard)
        carry_over = self._step(
            "CarryOver", "Custom::SluiceReleaseCarryOver", {"Step": "carry_over", "Shift": str(shifts).lower()}
        )
        carry_over.node.add_dependency(model)
        self.outcome = carry_over.get_att_string("Outcome")

    def _step(self, construct_id: str, resource_type: str, properties: dict[str, str]) -> cdk.CustomResource:
        facts = {"Model": self._model.settings.name, "Deployment": self._model.deployment}
        return cdk.CustomResource(
            self,
            construct_id,
            service_token=self._by.function.function_arn,
            resource_type=resource_type,
            properties={**properties, **facts},
            service_timeout=cdk.Duration.seconds(TIMEOUT_SECONDS + _MARGIN_SECONDS),
        )
