"""The `live` alias: a stable function version, and at most one candidate with a share of the traffic."""

from dataclasses import dataclass

ALL_BPS = 10_000

LATEST_VERSION = "$LATEST"
"""The code and settings that the next publication takes; nobody is sent to it."""


@dataclass(frozen=True, slots=True)
class AliasState:
    """What AWS Lambda knows of an alias; `candidate_weight_bps` of 10,000 go to `candidate_version`.

    `revision_id` is AWS's optimistic lock; a write with a stale one is refused.
    """

    function_name: str
    name: str
    stable_version: str
    candidate_version: str | None
    candidate_weight_bps: int
    revision_id: str
