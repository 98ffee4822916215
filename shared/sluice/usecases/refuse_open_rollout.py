"""Before a deployment changes a model's function: is a rollout open that it would disturb?"""

from sluice.catalog.alias import LATEST_VERSION, AliasState
from sluice.catalog.ports import FunctionPublisher
from sluice.errors import RolloutOpen
from sluice.rollouts.ports import RolloutStore
from sluice.rollouts.state import RolloutState


def refuse_open_rollout(
    model: str, deployment: str, *, publisher: FunctionPublisher, rollouts: RolloutStore | None = None
) -> None:
    """Raise RolloutOpen while a candidate has traffic, or `rollouts` has an open one, unless nothing would change.

    It has nothing to change if stable or candidate is of it already, as in a retry, or if the function itself is, as
    when CloudFormation takes back a deployment that was refused here.
    """
    alias = publisher.alias(model)
    waiting = rollouts.find_open(model) if rollouts else None
    if alias is None or not (has_open_rollout(alias) or waiting):
        return
    if deployed_version(model, deployment, alias, publisher) or _is_the_function_itself(model, deployment, publisher):
        return
    if waiting:
        raise controlled_rollout(waiting)
    raise open_rollout(model, alias)


def has_open_rollout(alias: AliasState) -> bool:
    """Whether a candidate has a share of the traffic."""
    return alias.candidate_version is not None and alias.candidate_weight_bps > 0


def deployed_version(model: str, deployment: str, alias: AliasState, publisher: FunctionPublisher) -> str | None:
    """The function version on the alias that is of this deployment, the stable one first; None if neither is."""
    versions = filter(None, (alias.stable_version, alias.candidate_version))
    return next((version for version in versions if publisher.deployment_of(model, version) == deployment), None)


def controlled_rollout(state: RolloutState) -> RolloutOpen:
    """The refusal because of a rollout that a controller has."""
    return RolloutOpen(
        state.model, candidate=state.candidate_version, weight_bps=state.weight_bps, rollout_id=state.rollout_id
    )


def open_rollout(model: str, alias: AliasState) -> RolloutOpen:
    """The refusal because of a candidate that somebody gave a share by hand."""
    return RolloutOpen(model, candidate=alias.candidate_version or "", weight_bps=alias.candidate_weight_bps)


def _is_the_function_itself(model: str, deployment: str, publisher: FunctionPublisher) -> bool:
    return publisher.deployment_of(model, LATEST_VERSION) == deployment
