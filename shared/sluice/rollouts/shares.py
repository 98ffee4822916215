"""Who should have the traffic: what a rollout's state says of the alias, and what its pending move will make of it."""

from dataclasses import replace
from typing import NamedTuple

from sluice.catalog.alias import AliasState
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.state import Phase, RolloutState


class Shares(NamedTuple):
    """An alias without its names; no candidate and a candidate without a share are the same."""

    stable_version: str
    candidate_version: str | None
    candidate_weight_bps: int


def shares_of(alias: AliasState) -> Shares:
    """What the alias gives to whom."""
    candidate = alias.candidate_version if alias.candidate_weight_bps else None
    return Shares(alias.stable_version, candidate, alias.candidate_weight_bps if candidate else 0)


def shares_now(state: RolloutState) -> Shares:
    """What the alias gives to whom if nobody else moved it and nothing is pending."""
    if state.phase in (Phase.BAKING, Phase.PROMOTED):
        return Shares(state.candidate_version, None, 0)
    return _stepped(state, state.weight_bps)


def shares_after(state: RolloutState, move: Move) -> Shares:
    """What the alias will give to whom after the move."""
    if move.kind is MoveKind.PROMOTE:
        return Shares(state.candidate_version, None, 0)
    return _stepped(state, move.weight_bps)


def alias_with(alias: AliasState, shares: Shares) -> AliasState:
    """The alias as it would be asked for: under the revision id that was read, with these shares."""
    return replace(alias, **shares._asdict())


def _stepped(state: RolloutState, weight_bps: int) -> Shares:
    return Shares(state.stable_version, state.candidate_version if weight_bps else None, weight_bps)
