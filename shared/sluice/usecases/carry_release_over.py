"""After a deployment changed a model's function: a function version of the new code, with the release that is served.

A process may die between any two steps; the same call again takes up where it stopped.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from sluice.catalog.alias import AliasState
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.catalog.release import Release, ReleaseBinding
from sluice.clock import Clock
from sluice.usecases.refuse_open_rollout import has_open_rollout, is_deployed, open_rollout


class CarryOverReason(StrEnum):
    """Why a deployment ended as it did."""

    NO_RELEASE_YET = "NO_RELEASE_YET"
    ALREADY_CARRIED = "ALREADY_CARRIED"
    PUBLISHED = "PUBLISHED"
    SHIFTED = "SHIFTED"


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What was done; `message` is for the person who deployed."""

    reason: CarryOverReason
    message: str
    release: int | None = None
    function_version: str | None = None


def carry_release_over(
    model: str, deployment: str, *, shift: bool, registry: Registry, publisher: FunctionPublisher, clock: Clock
) -> CarryOver:
    """Publish the served release on the deployed code, bind it, and give it all traffic if `shift`.

    Raises RolloutOpen, UnknownFunction, PublishFailed, AliasRefused, Conflict, StoreUnavailable; the alias has not
    moved then.
    """
    alias = publisher.alias(model)
    release = _served_release(model, alias, registry)
    if alias is None or release is None:
        why = f"{model} has no release yet; `sluice release publish {model}` makes the first, which gets all traffic"
        return CarryOver(CarryOverReason.NO_RELEASE_YET, why)
    if is_deployed(model, deployment, alias, publisher):
        why = f"function version {alias.stable_version} or its candidate is of this deployment already"
        return CarryOver(CarryOverReason.ALREADY_CARRIED, why, release.number, alias.stable_version)
    if has_open_rollout(alias):
        raise open_rollout(model, alias)
    version = publisher.publish(model, release)
    registry.bind_function_version(ReleaseBinding(model, version, release.number, clock.now()))
    return _shifted(model, alias, release, version, publisher) if shift else _published(model, release, version)


def _served_release(model: str, alias: AliasState | None, registry: Registry) -> Release | None:
    """The release of the stable function version; the version that a stack begins with carries none."""
    if alias is None:
        return None
    bound = {binding.function_version: binding.release for binding in registry.list_bindings(model)}
    number = bound.get(alias.stable_version)
    return registry.find_release(model, number) if number is not None else None


def _published(model: str, release: Release, version: str) -> CarryOver:
    carries = f"function version {version} carries release {release.number} on the new code; no traffic moved"
    then = f"shift it with `sluice alias shift {model} --to {version} --weight 5%`, or deploy with -c allow-shift=true"
    return CarryOver(CarryOverReason.PUBLISHED, f"{carries}: {then}", release.number, version)


def _shifted(model: str, alias: AliasState, release: Release, version: str, publisher: FunctionPublisher) -> CarryOver:
    """The revision id makes the shift void if anyone, a rollout for instance, touched the alias meanwhile."""
    publisher.shift(model, replace(alias, stable_version=version, candidate_version=None, candidate_weight_bps=0))
    why = f"function version {version} carries release {release.number} on the new code, and gets all traffic"
    return CarryOver(CarryOverReason.SHIFTED, why, release.number, version)
