"""One domain name, two regions: DNS answers with the first while it is well, and with the second when it is not.

Route 53 takes an HTTPS endpoint for well when it answers 2xx or 3xx, and this API answers no stranger so. Two checks
stand in for it, and a region is well while both are: the door (a TCP connection to the regional endpoint, tried from
all over the world) and the rooms behind it (the heartbeat's alarm, where no data means ill). The rate of 5xx answers is
no such check: it has no data without traffic, so a region would look well as soon as its traffic has left, and a bad
release is bad in both regions.
"""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infra.constructs.gateway_domain import GatewayDomain
from infra.constructs.heartbeat import Heartbeat


@dataclass(frozen=True, slots=True)
class HealthCheckedDnsProps:
    """Of one region: its domain (of a gateway that `fails_over`), its control function's alias and log group."""

    domain: GatewayDomain
    control: lambda_.IAlias
    control_logs: logs.ILogGroup
    is_first_region: bool


class HealthCheckedDns(Construct):
    """One region's records; each region's stack has its own. `alarm` is on while the region is not ready.

    A name that has plain records cannot get these beside them: remove the plain ones first.
    """

    def __init__(self, scope: Construct, construct_id: str, props: HealthCheckedDnsProps) -> None:
        super().__init__(scope, construct_id)
        heartbeat = Heartbeat(self, "Heartbeat", control=props.control, control_logs=props.control_logs)
        self.alarm = heartbeat.alarm
        healthy = route53.HealthCheck(
            self,
            "Healthy",
            type=route53.HealthCheckType.CALCULATED,
            child_health_checks=[_door_opens(self, props.domain), _is_ready(self, heartbeat.alarm)],
        )
        self._write_records(props, healthy)

    def _write_records(self, props: HealthCheckedDnsProps, healthy: route53.IHealthCheck) -> None:
        """Failover wants the target's own health evaluated too; CDK's alias to a gateway's domain cannot say so."""
        target = route53.CfnRecordSet.AliasTargetProperty(
            dns_name=props.domain.regional_name,
            hosted_zone_id=props.domain.regional_zone_id,
            evaluate_target_health=True,
        )
        for construct_id, record_type in (("Ipv4", "A"), ("Ipv6", "AAAA")):
            route53.CfnRecordSet(
                self,
                construct_id,
                type=record_type,
                name=f"{props.domain.declared.name}.",
                hosted_zone_id=props.domain.declared.hosted_zone_id,
                alias_target=target,
                set_identifier=cdk.Stack.of(self).region,
                failover="PRIMARY" if props.is_first_region else "SECONDARY",
                health_check_id=healthy.health_check_id,
            )


def _door_opens(scope: Construct, domain: GatewayDomain) -> route53.HealthCheck:
    return route53.HealthCheck(
        scope, "DoorOpens", type=route53.HealthCheckType.TCP, fqdn=domain.regional_name, port=443
    )


def _is_ready(scope: Construct, alarm: cloudwatch.Alarm) -> route53.HealthCheck:
    return route53.HealthCheck(
        scope,
        "IsReady",
        type=route53.HealthCheckType.CLOUDWATCH_METRIC,
        alarm_identifier=route53.AlarmIdentifier(name=alarm.alarm_name, region=cdk.Stack.of(scope).region),
        insufficient_data_health_status=route53.InsufficientDataHealthStatusEnum.UNHEALTHY,
    )
