"""Data: encrypted, private, restorable, and gone only when it may be."""

from typing import Any

import pytest

from infra.declarations.environment import Environment
from tests.infra.conftest import Synthesised

TABLES = {"Registry", "Experiments", "Rollouts", "Units", "LedgerEntries"}


@pytest.fixture
def tables(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    found = synthesised.resources("data", "AWS::DynamoDB::GlobalTable")
    return {next(name for name in TABLES if id_.startswith(name)): table for id_, table in found.items()}


@pytest.fixture
def buckets(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    return {id_.split("Bucket")[0]: it for id_, it in synthesised.resources("data", "AWS::S3::Bucket").items()}


def test_every_table_can_be_restored_to_any_second(tables: dict[str, dict[str, Any]]) -> None:
    assert set(tables) == TABLES
    for table in tables.values():
        [replica] = table["Properties"]["Replicas"]
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_units_expire_and_nothing_else_does(tables: dict[str, dict[str, Any]]) -> None:
    expiring = {name: table["Properties"].get("TimeToLiveSpecification") for name, table in tables.items()}

    assert expiring.pop("Units") == {"AttributeName": "expires_at", "Enabled": True}
    assert set(expiring.values()) == {None}


def test_protected_data_outlives_its_stack(
    tables: dict[str, dict[str, Any]], buckets: dict[str, dict[str, Any]], environment: Environment
) -> None:
    policy = "Retain" if environment.data.protected else "Delete"
    for resource in (*tables.values(), *buckets.values()):
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (policy, policy)
    for table in tables.values():
        [replica] = table["Properties"]["Replicas"]
        assert replica["DeletionProtectionEnabled"] is environment.data.protected


def test_each_data_class_has_its_own_key(
    tables: dict[str, dict[str, Any]], buckets: dict[str, dict[str, Any]], environment: Environment
) -> None:
    keys = {name: _key_of(table["Properties"]["Replicas"][0], "SSESpecification") for name, table in tables.items()}
    if not environment.data.customer_keys:
        assert set(keys.values()) == {None}
        return
    assert keys["Registry"] == keys["Experiments"] == keys["Rollouts"] == _bucket_key(buckets["Artefacts"])
    assert keys["Units"] == _bucket_key(buckets["Records"])
    assert keys["LedgerEntries"] == _bucket_key(buckets["Ledger"])
    assert len(set(keys.values())) == 3


def test_keys_rotate(synthesised: Synthesised, environment: Environment) -> None:
    keys = synthesised.properties("data", "AWS::KMS::Key")

    assert len(keys) == (3 if environment.data.customer_keys else 0)
    assert all(key["EnableKeyRotation"] for key in keys)


def test_no_bucket_is_public_or_answers_without_tls(
    synthesised: Synthesised, buckets: dict[str, dict[str, Any]]
) -> None:
    assert set(buckets) == {"AccessLogs", "Artefacts", "Records", "Ledger"}
    policies = synthesised.properties("data", "AWS::S3::BucketPolicy")
    for id_ in synthesised.resources("data", "AWS::S3::Bucket"):
        [policy] = [it for it in policies if it["Bucket"] == {"Ref": id_}]
        denied = [it for it in policy["PolicyDocument"]["Statement"] if it["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [it["Condition"] for it in denied]
        assert all(
            it["Effect"] == "Deny" or it["Principal"] != {"AWS": "*"} for it in policy["PolicyDocument"]["Statement"]
        )
    for bucket in buckets.values():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "BucketEncryption" in bucket["Properties"]


def test_accesses_are_logged(buckets: dict[str, dict[str, Any]]) -> None:
    logged = {name for name, bucket in buckets.items() if "LoggingConfiguration" in bucket["Properties"]}

    assert logged == {"Artefacts", "Records", "Ledger"}


def test_the_ledger_is_locked_and_in_prod_even_against_root(
    buckets: dict[str, dict[str, Any]], environment: Environment
) -> None:
    lock = buckets["Ledger"]["Properties"]["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]

    mode = "COMPLIANCE" if environment.name == "prod" else "GOVERNANCE"
    assert lock == {"Mode": mode, "Days": environment.data.retention.ledger_days}


def test_records_expire_and_artefacts_do_not(buckets: dict[str, dict[str, Any]], environment: Environment) -> None:
    def expiries(name: str) -> dict[str, int]:
        rules = buckets[name]["Properties"]["LifecycleConfiguration"]["Rules"]
        return {rule.get("Prefix", ""): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}

    passing = {"uploads/": 1, "downloads/": 1}
    assert expiries("Records") == {"": environment.data.retention.records_days} | passing
    assert expiries("Artefacts") == expiries("Ledger") == {}


def test_a_body_that_was_on_its_way_leaves_no_older_version_behind(buckets: dict[str, dict[str, Any]]) -> None:
    rules = buckets["Records"]["Properties"]["LifecycleConfiguration"]["Rules"]
    passing = {rule["Prefix"]: rule["NoncurrentVersionExpiration"] for rule in rules if "Prefix" in rule}

    assert passing == {"uploads/": {"NoncurrentDays": 1}, "downloads/": {"NoncurrentDays": 1}}


def _key_of(holder: dict[str, Any], member: str) -> str | None:
    return str(holder[member]["KMSMasterKeyId"]) if member in holder else None


def _bucket_key(bucket: dict[str, Any]) -> str:
    [rule] = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]).replace("'Arn'", "'Arn'")
