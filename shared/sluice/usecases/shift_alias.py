"""Move traffic between function versions: a share for a candidate, all of it, or none."""

from dataclasses import dataclass, replace

from sluice.catalog.alias import ALL_BPS, LATEST_VERSION, AliasState
from sluice.errors import Conflict, MoveRefused, UnknownFunction, UnknownRelease
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.alias_ports import AliasPorts
from sluice.usecases.experiment_needs import experiment_needs
from sluice.usecases.recorded_alias import RecordedAlias
from sluice.usecases.who_and_why import check_who_and_why


@dataclass(frozen=True, slots=True)
class ShiftWish:
    """Who shall get `weight_bps` of the traffic: 10,000 makes it the stable one, 0 ends its candidacy.

    `is_forced`: even if it lacks a model version that a running experiment needs. Raises InvalidRequest without a
    name or a reason.
    """

    function_version: str
    weight_bps: int
    by: str
    why: str
    is_forced: bool = False

    def __post_init__(self) -> None:
        check_who_and_why(self.by, self.why)


@dataclass(frozen=True, slots=True)
class AliasShift:
    """The alias before and after."""

    before: AliasState
    after: AliasState


def shift_alias(
    model: str, wish: ShiftWish, *, ports: AliasPorts, definitions: DefinitionStore | None = None
) -> AliasShift:
    """Move traffic as it is wished, and write that down; the same wish again is accepted.

    A wish that AWS always refuses goes to AWS as it is, so that its own words come back. With `definitions`, whoever
    gets traffic must serve what running experiments need. Raises UnknownFunction, AliasRefused (then nothing has
    changed), RolloutOpen, MoveRefused, Conflict for a function version without a release, LedgerMoved, LedgerBroken,
    StoreUnavailable.
    """
    alias = RecordedAlias(model, wish.by, wish.why, ports)
    before = alias.read()
    if before is None:
        name = ports.publisher.function_name(model)
        raise UnknownFunction(f"{name!r} has no live alias; publish a release of {model!r} first")
    if _is_always_refused(wish, before):
        return AliasShift(before, ports.publisher.shift(model, _wanted(before, wish.function_version, wish.weight_bps)))
    release = _release_of(model, wish.function_version, ports)
    if definitions and wish.weight_bps and not wish.is_forced:
        _check_needs(model, release, wish.function_version, ports, definitions)
    wanted = _wanted(before, wish.function_version, wish.weight_bps)
    return AliasShift(before, before if wanted == before else alias.move(before, wanted))


def _wanted(before: AliasState, function_version: str, weight_bps: int) -> AliasState:
    if weight_bps == ALL_BPS:
        return replace(before, stable_version=function_version, candidate_version=None, candidate_weight_bps=0)
    if weight_bps:
        return replace(before, candidate_version=function_version, candidate_weight_bps=weight_bps)
    if before.candidate_version not in (None, function_version):
        found = f"the candidate is function version {before.candidate_version}, not {function_version}"
        raise Conflict(f"{before.function_name}: {found}; only the candidate can be set to 0")
    return replace(before, candidate_version=None, candidate_weight_bps=0)


def _is_always_refused(wish: ShiftWish, before: AliasState) -> bool:
    version, weight_bps = wish.function_version, wish.weight_bps
    in_part = 0 < weight_bps < ALL_BPS
    return not 0 <= weight_bps <= ALL_BPS or (in_part and version in (LATEST_VERSION, before.stable_version))


def _release_of(model: str, function_version: str, ports: AliasPorts) -> int:
    for binding in ports.registry.list_bindings(model):
        if binding.function_version == function_version:
            return binding.release
    ports.publisher.require_published(model, function_version)
    name = ports.publisher.function_name(model)
    raise Conflict(f"{name} function version {function_version} carries no release; publish one with `release publish`")


def _check_needs(
    model: str, number: int, function_version: str, ports: AliasPorts, definitions: DefinitionStore
) -> None:
    release = ports.registry.find_release(model, number)
    if release is None:
        raise UnknownRelease(model, number)
    lacking = experiment_needs(model, registry=ports.registry, definitions=definitions).lacking_in(release)
    if lacking:
        why = f"release {number} lacks {lacking}; publish a release with it, or use --force and say --why"
        raise MoveRefused(f"{model} function version {function_version}", "get traffic", why)
