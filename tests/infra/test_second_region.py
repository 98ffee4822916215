"""A standby in a second region: what is replicated, what is its own, and how clients get there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.declarations.api import CustomDomain
from infra.declarations.environment import Environment, SecondRegion
from infra.declarations.refusal import InvalidDeclaration
from infra.environments import PROD
from tests.infra.conftest import Synthesise, Synthesised
from tests.infra.open_routes import open_routes, routes_in

HERE, THERE, ACCOUNT = "eu-central-1", "eu-west-1", "000000000000"
CERTIFICATE = "arn:aws:acm:{}:000000000000:certificate/c"
DOMAIN = CustomDomain("models.example.com", CERTIFICATE.format(HERE), "ZONE", "example.com")
TWO_REGIONS = replace(
    PROD,
    account=ACCOUNT,
    api=replace(PROD.api, domain=DOMAIN),
    second_region=SecondRegion(THERE, CERTIFICATE.format(THERE)),
)


@pytest.fixture(scope="module")
def found(synthesise: Synthesise) -> Synthesised:
    return synthesise(TWO_REGIONS)


def of(found: Synthesised, stack: str, kind: str) -> list[dict[str, Any]]:
    return found.properties(stack, kind)


def test_each_region_has_the_same_stacks_but_for_what_lives_in_one(found: Synthesised) -> None:
    assert set(found.templates) == {
        f"{region}/{name}" for region in (HERE, THERE) for name in ("data", "serving", "watch")
    }


def test_every_table_has_a_replica_under_that_regions_own_key(found: Synthesised) -> None:
    tables = of(found, f"{HERE}/data", "AWS::DynamoDB::GlobalTable")

    assert len(tables) == 5
    for table in tables:
        replicas = {replica["Region"]: replica for replica in table["Replicas"]}
        assert set(replicas) == {HERE, THERE}
        key = replicas[THERE]["SSESpecification"]["KMSMasterKeyId"]
        assert key.startswith(f"arn:aws:kms:{THERE}:{ACCOUNT}:alias/sluice-prod-")
        assert replicas[THERE]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert replicas[THERE]["DeletionProtectionEnabled"] is True


def test_the_keys_that_are_named_there_are_made_there(found: Synthesised) -> None:
    aliases = {alias["AliasName"] for alias in of(found, f"{THERE}/data", "AWS::KMS::Alias")}

    assert aliases == {"alias/sluice-prod-catalog", "alias/sluice-prod-personal", "alias/sluice-prod-audit"}


def test_artefacts_are_replicated_and_deletions_are_not(found: Synthesised) -> None:
    [source] = [it for it in of(found, f"{HERE}/data", "AWS::S3::Bucket") if "ReplicationConfiguration" in it]
    [rule] = source["ReplicationConfiguration"]["Rules"]
    names = [it.get("BucketName") for it in of(found, f"{THERE}/data", "AWS::S3::Bucket")]

    assert rule["Destination"]["Bucket"].removeprefix("arn:aws:s3:::") in names
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}


def test_functions_there_read_the_replica_and_the_copy(found: Synthesised) -> None:
    [control] = [
        function
        for function in of(found, f"{THERE}/serving", "AWS::Lambda::Function")
        if function["Handler"].startswith("functions.control")
    ]
    [registry] = [
        it["TableName"]
        for it in of(found, f"{HERE}/data", "AWS::DynamoDB::GlobalTable")
        if "registry" in it["TableName"]
    ]

    assert control["Environment"]["Variables"]["SLUICE_REGISTRY_TABLE"] == registry


def test_units_and_definitions_there_are_the_replicas(found: Synthesised) -> None:
    tables = {it["TableName"] for it in of(found, f"{HERE}/data", "AWS::DynamoDB::GlobalTable")}
    functions = of(found, f"{THERE}/serving", "AWS::Lambda::Function")
    told = [it["Environment"]["Variables"] for it in functions if "inference" in it["Handler"]]

    assert len(told) == len(PROD.models)
    for variables in told:
        named = {variables["SLUICE_EXPERIMENTS_TABLE"], variables["SLUICE_UNITS_TABLE"]}
        assert named == {"sluice-prod-experiments", "sluice-prod-units"}
        assert named <= tables


def test_each_region_has_a_queue_of_outcomes_of_its_own_and_reads_it_itself(found: Synthesised) -> None:
    for region in (HERE, THERE):
        assert len(of(found, f"{region}/data", "AWS::SQS::Queue")) == 2
        assert len(of(found, f"{region}/serving", "AWS::Lambda::EventSourceMapping")) == 1


def test_both_regions_tell_the_command_where_its_tables_are(found: Synthesised) -> None:
    told = [found.templates[f"{region}/data"]["Outputs"] for region in (HERE, THERE)]

    for outputs in told:
        assert {"RegistryTable", "ExperimentsTable", "UnitsTable", "ArtefactsBucket", "RecordsBucket"} <= set(outputs)
    assert told[1]["UnitsTable"]["Value"] == "sluice-prod-units"


def test_rollouts_are_controlled_and_written_down_in_the_first_region_alone(found: Synthesised) -> None:
    kinds = ("AWS::StepFunctions::StateMachine", "AWS::Events::EventBus")
    for kind in kinds:
        assert len(of(found, f"{HERE}/serving", kind)) == 1
        assert of(found, f"{THERE}/serving", kind) == []
    there = [it["Handler"] for it in of(found, f"{THERE}/serving", "AWS::Lambda::Function")]
    assert not [it for it in there if "rollout" in it or "failsafe" in it]
    assert of(found, f"{THERE}/watch", "AWS::Events::Rule") == []


def test_dns_leaves_a_region_that_is_ill(found: Synthesised) -> None:
    def records(region: str) -> Mapping[str, str]:
        return {it["Type"]: it["Failover"] for it in of(found, f"{region}/serving", "AWS::Route53::RecordSet")}

    assert records(HERE) == {"A": "PRIMARY", "AAAA": "PRIMARY"}
    assert records(THERE) == {"A": "SECONDARY", "AAAA": "SECONDARY"}


def test_each_region_shows_its_own_certificate(found: Synthesised) -> None:
    for region in (HERE, THERE):
        [domain] = of(found, f"{region}/serving", "AWS::ApiGatewayV2::DomainName")
        [configuration] = domain["DomainNameConfigurations"]
        assert f":{region}:" in configuration["CertificateArn"]


def test_no_route_is_open_there_either(found: Synthesised) -> None:
    for region in (HERE, THERE):
        template = found.templates[f"{region}/serving"]
        assert routes_in(template)
        assert open_routes(template) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": None}, "account"),
        ({"region": THERE}, "region"),
        ({"api": PROD.api}, "api.domain"),
    ],
)
def test_a_second_region_needs_what_both_must_know(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDeclaration) as caught:
        replace(TWO_REGIONS, **changes)

    assert caught.value.field == field


def test_one_region_needs_no_names_of_ours(synthesise: Synthesise) -> None:
    one: Environment = replace(TWO_REGIONS, second_region=None)

    assert all("TableName" not in it for it in of(synthesise(one), "data", "AWS::DynamoDB::GlobalTable"))
