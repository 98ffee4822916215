"""`sluice ledger` on a plane: records that were appended, and what somebody does to them past the ledger."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sluice.adapters.memory_ledger import MemoryLedgerCopies
from sluice.cli.connections import Connections
from sluice.cli.target import target_of
from sluice.governance.records import Effect, Intent
from sluice.governance.weights import Weights
from sluice.usecases.append_ledger import LedgerPorts, append_ledger
from tests.cli.conftest import RunningPlane, Sluice, approved, document_of, publish, serve
from tests.unit.governance.ledger_builders import minute

pytestmark = pytest.mark.xdist_group("cli-plane")

ALONE = Weights("1", None, 0, "a", {"1": 11})
DIVIDED = Weights("1", "2", 500, "b", {"1": 11, "2": 12})


@pytest.fixture
def connections(plane: RunningPlane) -> Iterator[Connections]:
    with closing(Connections(target_of(None, {}, plane.variables))) as opened:
        yield opened


def tell(model: str, ports: LedgerPorts) -> None:
    """Everything to function version 1; ten minutes later five percent are meant for 2, and get there in one."""
    origin: dict[str, Any] = {"model": model, "rollout_id": "r-1", "actor": "role/rollout-steps"}
    append_ledger(Effect(**origin, at=minute(0), intent_seq=0, alias=ALONE), ports)
    append_ledger(Intent(**origin, at=minute(10), before=ALONE, after=DIVIDED), ports)
    append_ledger(Effect(**origin, at=minute(11), intent_seq=2, alias=DIVIDED), ports)


def change(connections: Connections, model: str, seq: int, **changes: str) -> None:
    """Write to the table past the ledger."""
    dynamodb, table = connections.aws_client("dynamodb"), connections.address("ledger_table")
    key = {"pk": {"S": f"chain#{model}"}, "sk": {"S": f"{seq:010d}"}}
    item = dynamodb.get_item(TableName=table, Key=key)["Item"]
    dynamodb.put_item(TableName=table, Item=item | {name: {"S": value} for name, value in changes.items()})


def test_a_ledger_that_nobody_touched_holds(sluice: Sluice, connections: Connections, model: str) -> None:
    tell(model, connections.ledger)

    [report] = document_of(sluice("ledger", "verify", "--model", model, "--json"))

    assert (report["chain"], report["is_whole"], report["records"]) == (model, True, 3)
    assert (report["broken"], report["repaired_copies"]) == (None, [])
    assert report["missing_copies"] == []
    shown = sluice("ledger", "verify", "--model", model)
    assert (shown.exit_code, "holds" in shown.stdout) == (0, True)


def test_copies_that_are_missing_are_written_once(sluice: Sluice, connections: Connections, model: str) -> None:
    tell(model, LedgerPorts(connections.ledger.ledger, MemoryLedgerCopies()))

    found = [document_of(sluice("ledger", "verify", "--model", model, "--json")) for _ in range(2)]

    assert [report["repaired_copies"] for [report] in found] == [[1, 2, 3], []]
    assert connections.ledger.copies.last_seq(model) == 3


def test_a_changed_record_ends_with_five_and_is_told_with_what_differs(
    sluice: Sluice, connections: Connections, model: str
) -> None:
    tell(model, connections.ledger)
    entry = list(connections.ledger.ledger.entries(model))[1]
    change(connections, model, 2, content=entry.content.decode().replace('"candidate_weight_bps":500', "x"))

    verified = sluice("ledger", "verify", "--model", model, "--json")
    spoken = sluice("ledger", "verify", "--model", model)

    assert (verified.exit_code, spoken.exit_code) == (5, 5)
    assert f"{model}, record 2: its hash is not that of its record; " in spoken.stdout
    assert "record.after: the ledger says nothing" in spoken.stdout
    shown = sluice("ledger", "show", "--model", model)
    assert (shown.exit_code, f"chain '{model}' is broken at record 2" in shown.stderr) == (5, True)
    served = sluice("ledger", "what-served", "--model", model, "--at", "2026-01-01T12:05:00Z")
    assert (served.exit_code, f"chain '{model}' is broken at record 2" in served.stderr) == (5, True)


def test_all_models_are_verified_unless_one_is_named(sluice: Sluice, connections: Connections, model: str) -> None:
    tell(model, connections.ledger)
    tell(f"{model}-b", connections.ledger)

    verified = sluice("ledger", "verify")

    assert verified.exit_code in (0, 5)  # other tests break chains of their own
    assert f"{model} " in verified.stdout
    assert f"{model}-b " in verified.stdout


def test_the_newest_records_are_shown_oldest_first(sluice: Sluice, connections: Connections, model: str) -> None:
    tell(model, connections.ledger)

    shown = document_of(sluice("ledger", "show", "--model", model, "--limit", 2, "--json"))

    assert [(each["seq"], each["record"]["type"]) for each in shown] == [(2, "INTENT"), (3, "EFFECT")]
    assert set(shown[0]) == {"chain", "seq", "record", "previous_hash", "entry_hash"}
    lines = sluice("ledger", "show", "--model", model).stdout.splitlines()
    assert [line for line in lines if "2026-01-01 12:11:00Z" in line and "role/rollout-steps" in line]


def test_what_served_at_an_instant(sluice: Sluice, connections: Connections, model: str) -> None:
    tell(model, connections.ledger)

    def served(at: str) -> Any:
        return document_of(sluice("ledger", "what-served", "--model", model, "--at", at, "--json"))

    everything = [{"function_version": "1", "release": 11, "weight_bps": 10_000}]
    divided = [
        {"function_version": "1", "release": 11, "weight_bps": 9_500},
        {"function_version": "2", "release": 12, "weight_bps": 500},
    ]
    assert served("2026-01-01T12:05:00Z") == {
        "model": model,
        "at": "2026-01-01T12:05:00Z",
        "since": "2026-01-01T12:00:00Z",
        "seq": 1,
        "shares": everything,
        "intended": [],
        "is_foreign": False,
    }
    under_way = served("2026-01-01T13:10:30+01:00")
    assert (under_way["shares"], under_way["intended"]) == (everything, divided)
    assert served("2026-01-01T12:11:00Z")["shares"] == divided
    shown = sluice("ledger", "what-served", "--model", model, "--at", "2026-01-01T12:10:30Z").stdout
    assert "A change was under way: 95 % to function version 1, 5 % to function version 2." in shown


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("verify", "--model", "nobody"), 4, "the ledger has no record of model 'nobody'"),
        (("show", "--model", "nobody"), 4, "the ledger has no record of model 'nobody'"),
        (("what-served", "--model", "nobody", "--at", "2026-01-01T12:00:00Z"), 4, "does not know what served 'nobody'"),
        (("what-served", "--model", "nobody", "--at", "noon"), 3, "must be an instant with its offset"),
        (("what-served", "--model", "nobody", "--at", "2026-01-01T12:00:00"), 3, "must be an instant with its offset"),
    ],
)
def test_what_is_not_there_and_what_is_no_instant(sluice: Sluice, command: Any, code: int, said: str) -> None:
    ended = sluice("ledger", *command)

    assert (ended.exit_code, said in ended.stderr) == (code, True), ended.stderr


def test_a_first_release_and_a_shift_by_hand_are_in_the_ledger(
    sluice: Sluice, connections: Connections, model: str, tmp_path: Path
) -> None:
    serve(sluice, tmp_path, model)
    approved(sluice, tmp_path, model, 2)
    publish(sluice, model, 2)
    document_of(
        sluice("alias", "shift", model, "--to", "2", "--weight", "10%", "--why", "a look", "--by", "ada", "--json")
    )

    at = connections.clock.now().isoformat()
    served = document_of(sluice("ledger", "what-served", "--model", model, "--at", at, "--json"))
    records = document_of(sluice("ledger", "show", "--model", model, "--json"))

    assert [(it["function_version"], it["release"], it["weight_bps"]) for it in served["shares"]] == [
        ("1", 1, 9_000),
        ("2", 2, 1_000),
    ]
    told = [(it["record"]["type"], it["record"]["actor"], it["record"].get("why")) for it in records]
    assert told[2:] == [("INTENT", "ada", "a look"), ("EFFECT", "ada", None)]
