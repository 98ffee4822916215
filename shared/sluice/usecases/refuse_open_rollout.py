"""Before a deployment changes a model's function: is a rollout open that it would disturb?"""

from sluice.catalog.alias import AliasState
from sluice.catalog.ports import FunctionPublisher
from sluice.errors import RolloutOpen


def refuse_open_rollout(model: str, deployment: str, *, publisher: FunctionPublisher) -> None:
    """Raise RolloutOpen while a candidate has traffic, unless stable or candidate is of this deployment already.

    It is so when a deployment is retried, and when CloudFormation goes back to an earlier one; then nothing changes.
    """
    alias = publisher.alias(model)
    if alias is None or not has_open_rollout(alias) or is_deployed(model, deployment, alias, publisher):
        return
    raise open_rollout(model, alias)


def has_open_rollout(alias: AliasState) -> bool:
    """Whether a candidate has a share of the traffic."""
    return alias.candidate_version is not None and alias.candidate_weight_bps > 0


def is_deployed(model: str, deployment: str, alias: AliasState, publisher: FunctionPublisher) -> bool:
    """Whether a function version that gets traffic is of this deployment."""
    versions = filter(None, (alias.stable_version, alias.candidate_version))
    return any(publisher.deployment_of(model, version) == deployment for version in versions)


def open_rollout(model: str, alias: AliasState) -> RolloutOpen:
    """The refusal."""
    return RolloutOpen(model, candidate=alias.candidate_version or "", weight_bps=alias.candidate_weight_bps)
