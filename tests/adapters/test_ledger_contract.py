"""The ledger and its copies: what holds in memory holds on DynamoDB and S3."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sluice.adapters.dynamodb_ledger import DynamoLedger
from sluice.adapters.memory_ledger import MemoryLedger, MemoryLedgerCopies
from sluice.adapters.s3_ledger_copy import S3LedgerCopies, object_key
from sluice.errors import InvalidRequest, LedgerBroken, LedgerMoved, StoreUnavailable
from sluice.governance.ledger import EMPTY, Head, LedgerEntry, next_entry
from sluice.governance.ledger_document import entry_to_bytes
from sluice.governance.ports import Ledger, LedgerCopies
from sluice.local.resources import create_ledger_bucket
from sluice.usecases.append_ledger import LedgerPorts
from sluice.usecases.verify_ledger import LedgerBreak, verify_ledger
from tests.adapters.conftest import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

RECORD = {"type": "WEIGHT_SET", "model": "credit", "weight": 0.05, "why": "é"}


@pytest.fixture
def dynamo_ledger(table_name: str, moto_url: str) -> DynamoLedger:
    return DynamoLedger(table_name, region=REGION, endpoint_url=moto_url)


@pytest.fixture
def five_ledgers(table_name: str, moto_url: str) -> list[DynamoLedger]:
    return [DynamoLedger(table_name, region=REGION, endpoint_url=moto_url) for _ in range(5)]


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return MemoryLedger() if request.param == "memory" else request.getfixturevalue("dynamo_ledger")


@pytest.fixture
def ledger_bucket(s3: "S3Client") -> str:
    name = f"ledger-{uuid4().hex}"
    create_ledger_bucket(s3, name)
    return name


@pytest.fixture
def s3_copies(s3: "S3Client", ledger_bucket: str) -> S3LedgerCopies:
    return S3LedgerCopies(s3, ledger_bucket)


@pytest.fixture(params=["memory", "s3"])
def copies(request: pytest.FixtureRequest) -> LedgerCopies:
    return MemoryLedgerCopies() if request.param == "memory" else request.getfixturevalue("s3_copies")


def appended(ledger: Ledger, count: int, chain: str = "credit") -> list[LedgerEntry]:
    return [ledger.append(chain, {**RECORD, "number": number}) for number in range(count)]


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.head("credit") == EMPTY
    assert ledger.last("credit") is None
    assert list(ledger.entries("credit")) == list(ledger.newest_first("credit")) == []
    assert list(ledger.chains()) == []


def test_entries_come_back_as_they_were_appended(ledger: Ledger) -> None:
    entries = appended(ledger, 12)

    assert entries[0] == next_entry("credit", EMPTY, {**RECORD, "number": 0})
    assert [each.seq for each in entries] == list(range(1, 13))
    assert list(ledger.entries("credit")) == entries
    assert list(ledger.newest_first("credit")) == entries[::-1]
    assert list(ledger.entries("credit", after_seq=9)) == entries[9:]
    assert list(ledger.entries("credit", after_seq=12)) == []
    assert ledger.last("credit") == entries[-1]
    assert ledger.head("credit") == entries[-1].head


def test_chains_keep_apart(ledger: Ledger) -> None:
    ours, others = appended(ledger, 2), appended(ledger, 1, "credit-2")

    assert list(ledger.entries("credit")) == ours
    assert list(ledger.entries("credit-2")) == others
    assert ledger.chains() == ["credit", "credit-2"]


def test_what_is_no_record_leaves_the_chain_as_it_was(ledger: Ledger) -> None:
    [entry] = appended(ledger, 1)

    with pytest.raises(InvalidRequest):
        ledger.append("credit", {"weight": float("nan")})
    assert ledger.head("credit") == entry.head


@pytest.mark.parametrize("kind", ["memory", "dynamodb"])
def test_a_hundred_appenders_at_once_make_one_chain_and_lose_nothing(
    kind: str, request: pytest.FixtureRequest, at_once: Callable[..., list[Any]]
) -> None:
    """On DynamoDB from five processes' worth of clients, which know nothing of each other."""
    ledgers = [MemoryLedger()] if kind == "memory" else request.getfixturevalue("five_ledgers")
    calls = [partial(ledgers[number % len(ledgers)].append, "credit", {"appender": number}) for number in range(100)]

    written = at_once(*calls)

    assert {type(each) for each in written} == {LedgerEntry}
    assert sorted(written, key=lambda it: it.seq) == list(ledgers[0].entries("credit"))
    assert {each.record["appender"] for each in written} == set(range(100))
    assert verify_ledger("credit", LedgerPorts(ledgers[0], MemoryLedgerCopies())).is_whole


def test_an_appender_whose_head_is_stale_reads_it_again(
    dynamo_ledger: DynamoLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    [first] = appended(dynamo_ledger, 1)
    heads = iter([EMPTY, EMPTY, first.head])
    monkeypatch.setattr(dynamo_ledger, "head", lambda chain: next(heads))

    assert dynamo_ledger.append("credit", RECORD).seq == 2


@pytest.mark.parametrize("stale", [EMPTY, Head(1, "ff" * 32)])
def test_an_appender_that_is_always_late_gives_up(
    dynamo_ledger: DynamoLedger, monkeypatch: pytest.MonkeyPatch, stale: Head
) -> None:
    [first] = appended(dynamo_ledger, 1)
    monkeypatch.setattr("sluice.adapters.dynamodb_ledger._LONGEST_WAIT_SECONDS", 0.0)
    with monkeypatch.context() as late:
        late.setattr(dynamo_ledger, "head", lambda chain: stale)

        with pytest.raises(LedgerMoved, match="'credit' has just grown"):
            dynamo_ledger.append("credit", RECORD)

    assert list(dynamo_ledger.entries("credit")) == [first]
    assert dynamo_ledger.head("credit") == first.head


def test_a_chain_that_is_longer_than_its_head_takes_no_record(
    dynamo_ledger: DynamoLedger, dynamodb: "DynamoDBClient", table_name: str
) -> None:
    appended(dynamo_ledger, 1)
    key = {"pk": {"S": "head"}, "sk": {"S": "credit"}}
    dynamodb.delete_item(TableName=table_name, Key=key)

    with pytest.raises(LedgerBroken, match="broken at record 1"):
        dynamo_ledger.append("credit", RECORD)
    assert len(list(dynamo_ledger.entries("credit"))) == 1


@pytest.mark.parametrize(
    ("attribute", "value", "what"),
    [
        ("content", {"S": "{}"}, "its hash is not that of its record"),
        ("content", None, "its hash is not that of its record"),
        ("previous_hash", {"S": "00" * 32}, "its previous hash is not the hash of the record before it"),
        ("previous_hash", None, "its previous hash is not the hash of the record before it"),
        ("entry_hash", {"S": "é"}, "its hash is not that of its record"),
        ("entry_hash", None, "its hash is not that of its record"),
    ],
)
def test_what_somebody_writes_past_the_ledger_is_found(
    dynamo_ledger: DynamoLedger,
    dynamodb: "DynamoDBClient",
    table_name: str,
    attribute: str,
    value: Any,
    what: str,
) -> None:
    appended(dynamo_ledger, 3)
    key = {"pk": {"S": "chain#credit"}, "sk": {"S": f"{2:010d}"}}
    item = dynamodb.get_item(TableName=table_name, Key=key)["Item"]
    changed = {**item, attribute: value} if value else {name: it for name, it in item.items() if name != attribute}
    dynamodb.put_item(TableName=table_name, Item=changed)

    report = verify_ledger("credit", LedgerPorts(dynamo_ledger, MemoryLedgerCopies()))

    assert report.broken == LedgerBreak(2, what)


def test_an_item_under_a_key_that_is_no_number_is_found(
    dynamo_ledger: DynamoLedger, dynamodb: "DynamoDBClient", table_name: str
) -> None:
    appended(dynamo_ledger, 1)
    dynamodb.put_item(TableName=table_name, Item={"pk": {"S": "chain#credit"}, "sk": {"S": "x"}})

    report = verify_ledger("credit", LedgerPorts(dynamo_ledger, MemoryLedgerCopies()))

    assert report.broken
    assert report.broken.seq == 2


def test_a_table_that_is_not_there_is_told_by_name(moto_url: str) -> None:
    ledger = DynamoLedger("no-such-table", region=REGION, endpoint_url=moto_url)

    for call in (lambda: ledger.append("credit", RECORD), lambda: list(ledger.entries("credit")), ledger.chains):
        with pytest.raises(StoreUnavailable, match="table no-such-table"):
            call()


def entries_of(count: int, chain: str = "credit") -> list[LedgerEntry]:
    return appended(MemoryLedger(), count, chain)


def test_there_is_no_copy_before_the_first(copies: LedgerCopies) -> None:
    assert copies.find("credit", 1) is None
    assert copies.last_seq("credit") == 0
    assert list(copies.chains()) == []


def test_a_copy_comes_back_byte_for_byte(copies: LedgerCopies) -> None:
    entries = entries_of(11)

    assert [copies.put(each) for each in entries] == [True] * 11
    assert copies.put(entries_of(1, "credit-2")[0])

    assert [copies.find("credit", each.seq) for each in entries] == [entry_to_bytes(each) for each in entries]
    assert copies.find("credit", 12) is None
    assert (copies.last_seq("credit"), copies.last_seq("credit-2"), copies.last_seq("credi")) == (11, 1, 0)
    assert list(copies.chains()) == ["credit", "credit-2"]


def test_the_first_copy_stays(copies: LedgerCopies) -> None:
    [entry] = entries_of(1)
    other = next_entry("credit", EMPTY, {"other": True})

    assert [copies.put(entry), copies.put(entry), copies.put(other)] == [True, False, False]
    assert copies.find("credit", 1) == entry_to_bytes(entry)


def test_what_is_laid_over_a_copy_hides_nothing(s3_copies: S3LedgerCopies, s3: "S3Client", ledger_bucket: str) -> None:
    [entry] = entries_of(1)
    s3_copies.put(entry)
    key = object_key("credit", 1)
    s3.put_object(Bucket=ledger_bucket, Key=key, Body=b"forged")
    assert s3_copies.find("credit", 1) == entry_to_bytes(entry)

    s3.delete_object(Bucket=ledger_bucket, Key=key)
    s3_copies.put(next_entry("credit", EMPTY, {"other": True}))

    assert s3_copies.find("credit", 1) == entry_to_bytes(entry)
    assert s3_copies.last_seq("credit") == 1
    assert list(s3_copies.chains()) == ["credit"]


def test_a_copy_cannot_be_removed_before_its_time(
    s3_copies: S3LedgerCopies, s3: "S3Client", ledger_bucket: str
) -> None:
    [entry] = entries_of(1)
    s3_copies.put(entry)
    [version] = s3.list_object_versions(Bucket=ledger_bucket)["Versions"]

    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=ledger_bucket, Key=version["Key"], VersionId=version["VersionId"])
    assert s3_copies.find("credit", 1) == entry_to_bytes(entry)


def test_a_bucket_that_is_not_there_is_told_by_name(s3: "S3Client") -> None:
    copies = S3LedgerCopies(s3, "no-such-bucket")

    for call in (
        lambda: copies.put(entries_of(1)[0]),
        lambda: copies.find("credit", 1),
        lambda: copies.last_seq("credit"),
        copies.chains,
    ):
        with pytest.raises(StoreUnavailable, match="bucket no-such-bucket"):
            call()
