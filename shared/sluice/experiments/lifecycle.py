"""The moves of an experiment's life. What is published can be ramped up, reallocated, stopped and concluded; no more.

| move | from | what changes |
|---|---|---|
| edit | draft | anything but the key |
| start | draft | state |
| ramp | running | coverage, upwards only |
| reallocate | running | weights, under a new allocation version; nobody who is in moves |
| stop | running | nobody gets a treatment any more; no way back: who lost theirs can no longer be compared |
| conclude | running | state and conclusion |
| archive | draft, concluded | state |

Each gives the next revision, or raises MoveRefused with the reason.
"""

from collections.abc import Mapping
from dataclasses import replace

from sluice.errors import MoveRefused
from sluice.experiments.experiment import Conclusion, Experiment, ExperimentState, Hashing


def edit(draft: Experiment, changed: Experiment) -> Experiment:
    """The draft as it is to be now."""
    _require(draft, "edit", ExperimentState.DRAFT)
    if changed.key != draft.key:
        raise MoveRefused(draft.subject, "edit", f"its key cannot become {changed.key!r}")
    return replace(changed, state=ExperimentState.DRAFT, is_stopped=False, revision=draft.revision + 1)


def start(draft: Experiment) -> Experiment:
    """Running, and from now on immutable but for the moves above."""
    _require(draft, "start", ExperimentState.DRAFT)
    return replace(draft, state=ExperimentState.RUNNING, revision=draft.revision + 1)


def ramp(running: Experiment, coverage_bps: int) -> Experiment:
    """More of the eligible units enter; those who are in stay where they are."""
    _require(running, "ramp", ExperimentState.RUNNING)
    if coverage_bps <= running.coverage_bps:
        why = f"coverage is {running.coverage_bps} bps and may only grow, found {coverage_bps}"
        raise MoveRefused(running.subject, "ramp", why)
    return replace(running, coverage_bps=coverage_bps, revision=running.revision + 1)


def reallocate(running: Experiment, weights_bps: Mapping[str, int]) -> Experiment:
    """Other weights, and another draw, for units that enter from now on.

    Of units that the coverage left out, some enter by the new draw. Raises InvalidDefinition where the weights do not
    sum to 10,000.
    """
    _require(running, "reallocate", ExperimentState.RUNNING)
    if not running.sticky:
        why = "it is not sticky, so other weights would move units that are in"
        raise MoveRefused(running.subject, "reallocate", why)
    if running.hashing is not Hashing.SHA256:
        why = f"new weights are a new draw, and {running.hashing} has one only"
        raise MoveRefused(running.subject, "reallocate", why)
    keys = {variant.key for variant in running.variants}
    if weights_bps.keys() != keys:
        why = f"weights are needed for {', '.join(sorted(keys))}, found {', '.join(sorted(weights_bps)) or 'none'}"
        raise MoveRefused(running.subject, "reallocate", why)
    variants = tuple(replace(variant, weight_bps=weights_bps[variant.key]) for variant in running.variants)
    if variants == running.variants:
        raise MoveRefused(running.subject, "reallocate", "these are its weights already")
    following = running.allocation_version + 1
    return replace(running, variants=variants, allocation_version=following, revision=running.revision + 1)


def stop(running: Experiment) -> Experiment:
    """The kill switch: from the next snapshot on nobody gets a treatment."""
    _require(running, "stop", ExperimentState.RUNNING)
    return replace(running, is_stopped=True, revision=running.revision + 1)


def conclude(running: Experiment, conclusion: Conclusion) -> Experiment:
    """Over; its slots go to quarantine. A stopped experiment can be concluded too."""
    _require(running, "conclude", ExperimentState.RUNNING, even_stopped=True)
    concluded = ExperimentState.CONCLUDED
    return replace(running, state=concluded, conclusion=conclusion, revision=running.revision + 1)


def archive(finished: Experiment) -> Experiment:
    """Out of the way; what is known of it stays."""
    if finished.state not in (ExperimentState.DRAFT, ExperimentState.CONCLUDED):
        raise MoveRefused(finished.subject, "archive", f"it is {finished.state}")
    return replace(finished, state=ExperimentState.ARCHIVED, revision=finished.revision + 1)


def _require(it: Experiment, move: str, state: ExperimentState, *, even_stopped: bool = False) -> None:
    if it.state is not state:
        raise MoveRefused(it.subject, move, f"it is {it.state}, must be {state}")
    if it.is_stopped and not even_stopped:
        raise MoveRefused(it.subject, move, "it was stopped; conclude it")
