"""Records of the ledger, and what was found about them, as documents and as tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import shown_instant
from sluice.cli.output import print_plain, table
from sluice.cli.weights import percent
from sluice.errors import LedgerBroken
from sluice.governance.ledger import LedgerEntry
from sluice.governance.ledger_document import entry_to_document
from sluice.governance.ports import Ledger
from sluice.governance.record_document import instant_text
from sluice.usecases.verify_ledger import LedgerReport
from sluice.usecases.what_served import Served

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN_APART = ("type", "ts", "model", "rollout_id", "actor", "seq")


def newest_documents(chain: str, limit: int, ledger: Ledger) -> Sequence[dict[str, Any]]:
    """The newest entries of a chain, oldest first. Raises LedgerBroken for one that is no JSON text."""
    return [_document(entry) for entry in list(islice(ledger.newest_first(chain), limit))[::-1]]


def render_records(documents: Sequence[Mapping[str, Any]], console: "Console") -> None:
    """One line per record: who, when, and whatever its type adds as JSON."""
    if not documents:
        print_plain("The ledger is empty.", console)
        return
    columns = ["Model", "#", "At", "Type", "Rollout", "By", ""]
    console.print(table(columns, (_record_cells(each) for each in documents)))


def report_document(report: LedgerReport) -> dict[str, Any]:
    """A chain, how far it holds, what differs where it breaks, and the copies that were written now."""
    return {
        "chain": report.chain,
        "is_whole": report.is_whole,
        "records": report.head.seq,
        "entry_hash": report.head.entry_hash,
        "broken": asdict(report.broken) if report.broken else None,
        "repaired_copies": list(report.repaired),
        "missing_copies": list(report.missing),
    }


def render_reports(documents: Sequence[Mapping[str, Any]], console: "Console") -> None:
    """One line per chain, and one per break."""
    if not documents:
        print_plain("The ledger is empty.", console)
        return
    rows = (
        (
            each["chain"],
            "holds" if each["is_whole"] else "BROKEN",
            each["records"],
            len(each["repaired_copies"]),
            len(each["missing_copies"]),
        )
        for each in documents
    )
    console.print(table(["Model", "", "Sound records", "Copies written now", "Copies missing"], rows))
    for each in documents:
        if broken := each["broken"]:
            print_plain(f"{each['chain']}, record {broken['seq']}: {broken['what']}", console)


def served_document(served: Served, at: datetime) -> dict[str, Any]:
    """What had the traffic at `at`, since when, by which record."""
    return {**asdict(served), "at": instant_text(at), "since": instant_text(served.since)}


def render_served(document: Mapping[str, Any], console: "Console") -> None:
    """One line per function version, and what makes the answer less than certain."""
    print_plain(f"{document['model']} since {shown_instant(document['since'])}, record {document['seq']}:", console)
    console.print(table(["Function version", "Release", "Traffic"], map(_share_cells, document["shares"])))
    if document["intended"]:
        wanted = ", ".join(
            f"{percent(share['weight_bps'])} to function version {share['function_version']}"
            for share in document["intended"]
        )
        print_plain(f"A change was under way: {wanted}.", console)
    if document["is_foreign"]:
        print_plain("Somebody else had moved the alias, then or shortly before.", console)


def _share_cells(share: Mapping[str, Any]) -> tuple[Any, ...]:
    return share["function_version"], share["release"], percent(share["weight_bps"])


def _document(entry: LedgerEntry) -> dict[str, Any]:
    try:
        return entry_to_document(entry)
    except ValueError as error:
        raise LedgerBroken(entry.chain, entry.seq) from error


def _record_cells(document: Mapping[str, Any]) -> tuple[Any, ...]:
    record = document["record"] if isinstance(document["record"], Mapping) else {}
    rest = {name: value for name, value in record.items() if name not in _SHOWN_APART}
    return (
        document["chain"],
        document["seq"],
        shown_instant(str(record.get("ts", ""))),
        record.get("type"),
        record.get("rollout_id"),
        record.get("actor"),
        json.dumps(rest, ensure_ascii=False),
    )
