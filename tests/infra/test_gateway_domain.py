"""A domain name of one's own, in one region or in two."""

import json
import re
from dataclasses import replace

import pytest
from aws_cdk import aws_logs as logs

from infra.constructs.health_checked_dns import HealthCheckedDns, HealthCheckedDnsProps
from infra.declarations.api import ApiKind, ApiSettings
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.model import Model
from sluice.errors import StoreUnavailable
from tests.functions.control_function import CONTEXT, ControlFunction
from tests.infra.gateway_stack import DOMAIN, GatewayStack, Resources, a_gateway_stack, an_alias, findings_of


@pytest.fixture(scope="module", params=ApiKind)
def built(request: pytest.FixtureRequest) -> GatewayStack:
    return a_gateway_stack(ApiSettings(request.param, domain=DOMAIN))


def one_region(name: str = "eu-central-1", *, is_first: bool = True) -> GatewayStack:
    """The stack of one of two regions."""
    built = a_gateway_stack(ApiSettings(domain=DOMAIN), fails_over=True, region=name)
    assert built.gateway.domain
    control = an_alias(built.stack, "Asked")
    control_logs = logs.LogGroup(built.stack, "ControlLogs")
    props = HealthCheckedDnsProps(built.gateway.domain, control, control_logs, is_first_region=is_first)
    HealthCheckedDns(built.stack, "Dns", props)
    return built


@pytest.fixture(scope="module")
def first_region() -> GatewayStack:
    return one_region()


class UnavailableRegistry(MemoryRegistry):
    """A registry whose table does not answer."""

    def list_models(self) -> list[Model]:
        raise StoreUnavailable("the registry", "throttled")


def checks_of(built: GatewayStack) -> Resources:
    """Route 53's health checks by their type."""
    configs = (each["HealthCheckConfig"] for each in built.resources("AWS::Route53::HealthCheck").values())
    return {config["Type"]: config for config in configs}


def test_the_name_takes_tls_1_2_or_newer_with_the_declared_certificate(built: GatewayStack) -> None:
    [name] = built.resources("AWS::ApiGatewayV2::DomainName").values()
    [configuration] = name["DomainNameConfigurations"]

    assert name["DomainName"] == "models.example.com"
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert configuration["CertificateArn"] == DOMAIN.certificate_arn


def test_the_name_leads_to_the_stage_and_is_the_only_way_to_it(built: GatewayStack) -> None:
    apis = built.resources("AWS::ApiGatewayV2::Api") | built.resources("AWS::ApiGateway::RestApi")
    [(api, declared)] = apis.items()
    [mapping] = built.resources("AWS::ApiGatewayV2::ApiMapping").values()

    assert declared["DisableExecuteApiEndpoint"] is True
    assert (mapping["ApiId"], mapping["Stage"]) == ({"Ref": api}, built.gateway.stage_name)
    assert built.gateway.url == "https://models.example.com"


def test_nothing_is_mapped_before_the_stage_exists(built: GatewayStack) -> None:
    resources = built.template()["Resources"]
    [mapping] = [each for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::ApiMapping"]

    assert [resources[id_]["Type"].rpartition("::")[2] for id_ in mapping["DependsOn"]] == ["Stage"]


def test_dns_answers_over_ipv4_and_ipv6(built: GatewayStack) -> None:
    records = list(built.resources("AWS::Route53::RecordSet").values())
    [domain] = built.resources("AWS::ApiGatewayV2::DomainName")

    assert sorted(record["Type"] for record in records) == ["A", "AAAA"]
    for record in records:
        assert record["Name"] == "models.example.com."
        assert record["HostedZoneId"] == "ZONE"
        assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}


def test_without_a_hosted_zone_dns_is_left_to_others() -> None:
    built = a_gateway_stack(ApiSettings(domain=replace(DOMAIN, hosted_zone_id=None)))

    assert built.resources("AWS::Route53::RecordSet") == {}
    assert len(built.resources("AWS::ApiGatewayV2::ApiMapping")) == 1


@pytest.mark.parametrize(("is_first", "role"), [(True, "PRIMARY"), (False, "SECONDARY")])
def test_each_region_has_records_of_its_own_and_no_others(is_first: bool, role: str) -> None:
    built = one_region("eu-west-1", is_first=is_first)
    records = list(built.resources("AWS::Route53::RecordSet").values())
    [domain] = built.resources("AWS::ApiGatewayV2::DomainName")
    [healthy] = [
        id_
        for id_, each in built.resources("AWS::Route53::HealthCheck").items()
        if each["HealthCheckConfig"]["Type"] == "CALCULATED"
    ]

    assert sorted(record["Type"] for record in records) == ["A", "AAAA"]
    for record in records:
        assert (record["Failover"], record["SetIdentifier"]) == (role, "eu-west-1")
        assert (record["Name"], record["HostedZoneId"]) == ("models.example.com.", "ZONE")
        assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}
        assert record["HealthCheckId"] == {"Ref": healthy}


def test_a_region_is_well_while_its_door_opens_and_it_is_ready(first_region: GatewayStack) -> None:
    checks = checks_of(first_region)
    [domain] = first_region.resources("AWS::ApiGatewayV2::DomainName")

    assert set(checks) == {"CALCULATED", "TCP", "CLOUDWATCH_METRIC"}
    assert checks["CALCULATED"]["HealthThreshold"] == len(checks["CALCULATED"]["ChildHealthChecks"]) == 2
    assert checks["TCP"]["FullyQualifiedDomainName"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}
    assert checks["TCP"]["Port"] == 443


def test_no_news_is_bad_news(first_region: GatewayStack) -> None:
    [(alarm, declared)] = first_region.resources("AWS::CloudWatch::Alarm").items()
    check = checks_of(first_region)["CLOUDWATCH_METRIC"]

    assert check["AlarmIdentifier"] == {"Name": {"Ref": alarm}, "Region": "eu-central-1"}
    assert check["InsufficientDataHealthStatus"] == "Unhealthy"
    assert declared["TreatMissingData"] == "breaching"
    assert (declared["ComparisonOperator"], declared["Threshold"]) == ("LessThanThreshold", 1)


def test_route_53_can_read_the_alarm(first_region: GatewayStack) -> None:
    """It takes plain statistics of one metric, at standard resolution, and no "M out of N"."""
    [alarm] = first_region.resources("AWS::CloudWatch::Alarm").values()

    assert alarm["Statistic"] in {"Average", "Minimum", "Maximum", "Sum", "SampleCount"}
    assert alarm["Period"] >= 60
    assert "DatapointsToAlarm" not in alarm
    assert "Metrics" not in alarm


def test_the_alarm_reads_the_metric_that_good_answers_write(first_region: GatewayStack) -> None:
    [alarm] = first_region.resources("AWS::CloudWatch::Alarm").values()
    [good_answers] = first_region.resources("AWS::Logs::MetricFilter").values()
    [written] = good_answers["MetricTransformations"]

    assert (written["MetricNamespace"], written["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])


def test_the_schedule_may_invoke_the_control_alias_and_nothing_else(first_region: GatewayStack) -> None:
    [schedule] = first_region.resources("AWS::Scheduler::Schedule").values()
    [policy] = first_region.resources("AWS::IAM::Policy").values()
    [statement] = policy["PolicyDocument"]["Statement"]

    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"] == schedule["Target"]["Arn"]
    assert schedule["Target"]["Arn"]["Ref"].startswith("AskedLive")
    assert (schedule["ScheduleExpression"], schedule["FlexibleTimeWindow"]) == ("rate(1 minute)", {"Mode": "OFF"})


def is_heard(built: GatewayStack, registry: MemoryRegistry) -> bool:
    """Whether the control function's own answer to the scheduled event counts as a good one."""
    [schedule] = built.resources("AWS::Scheduler::Schedule").values()
    [good_answers] = built.resources("AWS::Logs::MetricFilter").values()
    control = ControlFunction(registry, MemoryPublisher())
    control.handler(json.loads(schedule["Target"]["Input"]), CONTEXT)
    [line] = control.log
    wanted = re.findall(r'\$\.(\w+) = (".*?"|\d+)', good_answers["FilterPattern"])
    assert len(wanted) == 2
    return all(line[name] == json.loads(value) for name, value in wanted)


def test_the_control_function_understands_the_heartbeat_and_its_answer_is_heard(first_region: GatewayStack) -> None:
    assert is_heard(first_region, MemoryRegistry())


def test_an_answer_that_it_is_not_ready_is_no_heartbeat(first_region: GatewayStack) -> None:
    assert not is_heard(first_region, UnavailableRegistry())


def test_both_rule_packs_have_nothing_left_to_say_of_two_regions() -> None:
    assert findings_of(one_region()) == set()
