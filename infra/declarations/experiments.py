"""Experiments, flags and outcomes of an environment: how fast changes arrive, whose word counts, who answers."""

import re
from dataclasses import dataclass

from infra.declarations.refusal import check

_CLAIM = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """What serving may take of its time for experiments, and what it believes of a unit.

    `snapshot_cache_seconds` is the delay of a kill switch, and `flags_cache_seconds` that of a flag's. A unit's state
    is read at most once in `unit_state_cache_seconds` by one environment of Lambda; a read that takes longer than
    `unit_state_budget_ms` is given up, and the computed variant served. `ofrep_rate_rps` bounds flag evaluations, per
    environment of Lambda; 0 is no bound.

    With `unit_claim` the unit is who the verified token says, and each of `attribute_claims` is an attribute: both win
    over what the request says. `record_unit_ids` writes raw ids into records, in place of keyed hashes alone.
    """

    owner: str = "platform"
    runbook: str = "docs/runbook.md"
    snapshot_cache_seconds: int = 10
    flags_cache_seconds: int = 10
    unit_state_cache_seconds: int = 60
    unit_state_budget_ms: int = 50
    unit_claim: str | None = None
    attribute_claims: tuple[str, ...] = ()
    record_unit_ids: bool = False
    ofrep_rate_rps: int = 0
    outcomes_concurrency: int = 10
    """How many batches of outcomes may be stored at once."""

    def __post_init__(self) -> None:
        check("owner", self.owner, "who answers for experiments and outcomes", holds=bool(self.owner.strip()))
        for name in ("snapshot_cache_seconds", "flags_cache_seconds", "unit_state_cache_seconds"):
            seconds = getattr(self, name)
            check(name, seconds, "1 to 3600", holds=1 <= seconds <= 3_600)
        budget_ms = self.unit_state_budget_ms
        check("unit_state_budget_ms", budget_ms, "1 to 5000", holds=1 <= budget_ms <= 5_000)
        check("ofrep_rate_rps", self.ofrep_rate_rps, "0, for no bound, or more", holds=self.ofrep_rate_rps >= 0)
        at_once = self.outcomes_concurrency
        check("outcomes_concurrency", at_once, "2 to 1000, which is what SQS takes", holds=2 <= at_once <= 1_000)
        self._check_claims()

    def _check_claims(self) -> None:
        rule = "the name of a claim, without spaces and commas"
        if self.unit_claim is not None:
            check("unit_claim", self.unit_claim, rule, holds=bool(_CLAIM.fullmatch(self.unit_claim)))
        for claim in self.attribute_claims:
            check("attribute_claims", claim, rule, holds=bool(_CLAIM.fullmatch(claim)))

    @property
    def needs_tokens(self) -> bool:
        """Whether anything is taken from claims, which callers that sign with SigV4 do not have."""
        return self.unit_claim is not None or bool(self.attribute_claims)
