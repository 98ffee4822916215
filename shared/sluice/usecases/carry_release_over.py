"""After a deployment changed a model's function: a function version of the new code, with the release that is served.

A process may die between any two steps; the same call again takes up where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from sluice.catalog.alias import AliasState
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.catalog.release import Release, ReleaseBinding
from sluice.clock import Clock
from sluice.errors import Conflict, PublishFailed, RolloutOpen
from sluice.usecases.refuse_open_rollout import deployed_version, has_open_rollout, open_rollout

_TRIES = 3


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
    attempt = partial(_carry_over, model, deployment, shift=shift, registry=registry, publisher=publisher, clock=clock)
    for _ in range(_TRIES - 1):
        done = _unless_someone_came_between(attempt)
        if done is not None:
            return done
    return attempt()


def _unless_someone_came_between(attempt: Callable[[], CarryOver]) -> CarryOver | None:
    """None if another publisher, or a shift, was faster: then everything must be looked at again."""
    try:
        return attempt()
    except (RolloutOpen, PublishFailed):
        raise
    except Conflict:
        return None


def _carry_over(
    model: str, deployment: str, *, shift: bool, registry: Registry, publisher: FunctionPublisher, clock: Clock
) -> CarryOver:
    alias = publisher.alias(model)
    carriers = {binding.function_version: binding.release for binding in registry.list_bindings(model)}
    number = carriers.get(alias.stable_version) if alias else None
    release = registry.find_release(model, number) if number is not None else None
    if alias is None or release is None:
        why = f"{model} has no release yet; `sluice release publish {model}` makes the first, which gets all traffic"
        return CarryOver(CarryOverReason.NO_RELEASE_YET, why)
    carried = deployed_version(model, deployment, alias, publisher)
    if carried is not None:
        why = f"function version {carried}, which the alias points to, is of this deployment already"
        return CarryOver(CarryOverReason.ALREADY_CARRIED, why, carriers.get(carried), carried)
    if has_open_rollout(alias):
        raise open_rollout(model, alias)
    version = publisher.publish(model, release)
    registry.bind_function_version(ReleaseBinding(model, version, release.number, clock.now()))
    return _shifted(model, alias, release, version, publisher) if shift else _published(model, release, version)


def _published(model: str, release: Release, version: str) -> CarryOver:
    carries = f"function version {version} carries release {release.number} on the new code; no traffic moved"
    then = f"shift it with `sluice alias shift {model} --to {version} --weight 5%`, or deploy with -c allow-shift=true"
    return CarryOver(CarryOverReason.PUBLISHED, f"{carries}: {then}", release.number, version)


def _shifted(model: str, alias: AliasState, release: Release, version: str, publisher: FunctionPublisher) -> CarryOver:
    """The revision id makes the shift void if anyone, a rollout for instance, touched the alias meanwhile."""
    publisher.shift(model, replace(alias, stable_version=version, candidate_version=None, candidate_weight_bps=0))
    why = f"function version {version} carries release {release.number} on the new code, and gets all traffic"
    return CarryOver(CarryOverReason.SHIFTED, why, release.number, version)
