"""What happened in a rollout, told from its records in the ledger: one chapter per record, in the chain's order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sluice.governance.records import RecordType

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One record in words. `judgements` are what the judge said of each guardrail, as the ledger keeps it."""

    seq: int
    at: datetime
    type: str
    headline: str
    reasons: tuple[str, ...] = ()
    judgements: tuple[Document, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "type": self.type,
            "headline": self.headline,
            "reasons": list(self.reasons),
            "judgements": [dict(it) for it in self.judgements],
        }


def story_of(records: Iterable[Document], rollout_id: str) -> tuple[Chapter, ...]:
    """The chapters of one rollout; records of others in the same chain are passed over.

    A record of a type that this code does not know is told by its name: the ledger outlives its readers.
    """
    return tuple(map(_chapter, (it for it in records if it.get("rollout_id") == rollout_id)))


def _chapter(record: Document) -> Chapter:
    tell = _TELLERS.get(record["type"], _unknown)
    why = record.get("why") or record.get("reason")
    reasons = record.get("reasons") or ([why] if why else [])
    return Chapter(
        seq=record["seq"],
        at=datetime.fromisoformat(record["ts"]),
        type=record["type"],
        headline=tell(record),
        reasons=tuple(reasons),
        judgements=tuple(record.get("judgements", ())),
    )


def _started(record: Document) -> str:
    candidate = f"function version {record['candidate_version']} (release {record['candidate_release']})"
    stable = f"{record['stable_version']} (release {record['stable_release']})"
    return f"{record['actor']} started it: {candidate} beside {stable}, by plan {record['plan'].get('name', '')!r}"


def _decided(record: Document) -> str:
    return f"decided: {record['action'].replace('_', ' ')}, {_share(record['weight_bps'])} for the candidate"


def _gate(record: Document) -> str:
    return f"gate {record['gate']} ({record['kind']}) {'is passed' if record['is_passed'] else 'says no'}"


def _judged(record: Document) -> str:
    return f"judged from {record['since']} to {record['until']} at {_share(record['weight_bps'])}"


def _unknown(record: Document) -> str:
    return str(record["type"])


def _foreign(record: Document) -> str:
    return f"somebody else moved the alias: expected {_traffic(record['expected'])}, found {_traffic(record['alias'])}"


def _traffic(weights: Document) -> str:
    candidate, share_bps = weights["candidate_version"], weights["candidate_weight_bps"]
    if candidate is None:
        return f"all traffic to {weights['stable_version'] or 'no alias'}"
    return f"{_share(share_bps)} to {candidate}, the rest to {weights['stable_version']}"


def _share(weight_bps: int) -> str:
    return f"{weight_bps / 100:g} %"


_TELLERS: Mapping[str, Callable[[Document], str]] = MappingProxyType(
    {
        RecordType.ROLLOUT_STARTED: _started,
        RecordType.INTENT: lambda it: f"intends: {_traffic(it['after'])}",
        RecordType.EFFECT: lambda it: f"in effect: {_traffic(it['alias'])}",
        RecordType.FOREIGN_CHANGE: _foreign,
        RecordType.VERDICTS: _judged,
        RecordType.DECISION: _decided,
        RecordType.GATE: _gate,
        RecordType.APPROVAL: lambda it: f"{it['actor']} approved gate {it['gate']}",
        RecordType.WISH: lambda it: f"{it['actor']} asked to {it['wish'].replace('_', ' ')} it",
        RecordType.PAUSED: lambda it: f"{it['actor']} paused it",
        RecordType.RESUMED: lambda it: f"{it['actor']} resumed it",
        RecordType.INCIDENT: lambda it: f"incident for {it['owner']}: {it['what']} (runbook {it['runbook']})",
        RecordType.CLOSED: lambda it: f"over: {it['phase'].lower().replace('_', ' ')}",
        RecordType.QUARANTINE_RELEASED: lambda it: f"{it['actor']} let the artefact be rolled out again",
    }
)
