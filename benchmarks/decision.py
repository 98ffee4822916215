"""Microseconds per decision: ours beside the SDKs of others, in the same run."""

from collections.abc import Callable

from rich.table import Table

from benchmarks.decision_peers import PeerFigure, peer_figures, sha256_us
from benchmarks.example_experiments import (
    ATTRIBUTES,
    CONDITION,
    UNIT,
    decider_of,
    hundred_experiments,
    one_experiment,
    thousand_experiments,
)
from benchmarks.stopwatch import time_in_turns
from sluice import __version__
from sluice.experiments.decider import Decider
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.unit_state import NOTHING_STORED

_ONE = "one experiment with one condition"
_THOUSAND = "one of 1,000 that run"
_HUNDRED = "100 for one unit"
_HUNDRED_PLAIN = "100 without conditions"
_HUNDRED_DISTINCT = "100 with as many conditions"


def decision_table() -> Table:
    """Ours, then each peer that could be installed, and one SHA-256 for scale."""
    table = Table("decision, median µs", _ONE, _THOUSAND, _HUNDRED, "note")
    ours = _ours()
    others = f"{ours[_HUNDRED_PLAIN]:.0f} without conditions, {ours[_HUNDRED_DISTINCT]:.0f} with 100 of them"
    note = f"finds by itself what applies; a hundred: {others}"
    table.add_row(f"Sluice {__version__}", *(f"{ours[name]:.1f}" for name in (_ONE, _THOUSAND, _HUNDRED)), note)
    for peer in peer_figures():
        table.add_row(*_cells(peer))
    table.add_row("one SHA-256", f"{sha256_us():.2f}", "", "", "")
    return table


def _cells(peer: PeerFigure) -> tuple[str, ...]:
    thousand = "n/a" if peer.thousand_us is None else f"{peer.thousand_us:.1f}"
    return f"{peer.name} {peer.version}", f"{peer.one_us:.1f}", thousand, f"{peer.hundred_us:.1f}", peer.note


def _ours() -> dict[str, float]:
    return {
        **_medians({_ONE: one_experiment(), _THOUSAND: thousand_experiments()}, calls_per_round=1_000),
        **_medians(
            {
                _HUNDRED: hundred_experiments([CONDITION]),
                _HUNDRED_PLAIN: hundred_experiments([""]),
                _HUNDRED_DISTINCT: hundred_experiments([f"{CONDITION} && age < {at + 31}" for at in range(100)]),
            },
            calls_per_round=50,
        ),
    }


def _medians(snapshots: dict[str, StoredSnapshot], *, calls_per_round: int) -> dict[str, float]:
    contenders = {name: _decision(decider_of(snapshot)) for name, snapshot in snapshots.items()}
    timings = time_in_turns(contenders, rounds=20, calls_per_round=calls_per_round)
    return {name: timing.median_us for name, timing in timings.items()}


def _decision(decider: Decider) -> Callable[[], object]:
    decided = decider.decide("user", UNIT, attributes=ATTRIBUTES, state=NOTHING_STORED)
    assert decided, "nobody would be timed"
    assert all(it.variant for it in decided)
    return lambda: decider.decide("user", UNIT, attributes=ATTRIBUTES, state=NOTHING_STORED)
