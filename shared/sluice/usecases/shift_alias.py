"""Move traffic between function versions: a share for a candidate, all of it, or none."""

from dataclasses import dataclass, replace

from sluice.catalog.alias import ALL_BPS, LATEST_VERSION, AliasState
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import Conflict, UnknownFunction


@dataclass(frozen=True, slots=True)
class AliasShift:
    """The alias before and after."""

    before: AliasState
    after: AliasState


def shift_alias(
    model: str, *, function_version: str, weight_bps: int, registry: Registry, publisher: FunctionPublisher
) -> AliasShift:
    """Give `weight_bps` of the traffic to `function_version`: 10,000 makes it the stable one, 0 ends its candidacy.

    A wish that AWS always refuses goes to AWS as it is, so that its own words come back. Raises UnknownFunction,
    AliasRefused (then nothing has changed), Conflict for a function version without a release.
    """
    before = publisher.alias(model)
    if before is None:
        name = publisher.function_name(model)
        raise UnknownFunction(f"{name!r} has no live alias; publish a release of {model!r} first")
    if not _always_refused(function_version, weight_bps):
        _check_bound(model, function_version, registry, publisher)
    wanted = _wanted(before, function_version, weight_bps)
    return AliasShift(before, before if wanted == before else publisher.shift(model, wanted))


def _wanted(before: AliasState, function_version: str, weight_bps: int) -> AliasState:
    if weight_bps == ALL_BPS:
        return replace(before, stable_version=function_version, candidate_version=None, candidate_weight_bps=0)
    if weight_bps:
        return replace(before, candidate_version=function_version, candidate_weight_bps=weight_bps)
    if before.candidate_version not in (None, function_version):
        found = f"the candidate is function version {before.candidate_version}, not {function_version}"
        raise Conflict(f"{before.function_name}: {found}; only the candidate can be set to 0")
    return replace(before, candidate_version=None, candidate_weight_bps=0)


def _always_refused(function_version: str, weight_bps: int) -> bool:
    return not 0 <= weight_bps <= ALL_BPS or (function_version == LATEST_VERSION and weight_bps not in (0, ALL_BPS))


def _check_bound(model: str, function_version: str, registry: Registry, publisher: FunctionPublisher) -> None:
    if function_version in {binding.function_version for binding in registry.list_bindings(model)}:
        return
    publisher.require_published(model, function_version)
    name = publisher.function_name(model)
    raise Conflict(f"{name} function version {function_version} carries no release; publish one with `release publish`")
