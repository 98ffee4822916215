"""A domain name of yours in front of an API: TLS 1.2 or newer, one mapping, and DNS where the zone is known."""

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct, IDependable

from infra.declarations.api import CustomDomain


class GatewayDomain(Construct):
    """`url`; and `regional_name` with `regional_zone_id`, which is what DNS leads to."""

    def __init__(self, scope: Construct, construct_id: str, *, declared: CustomDomain, writes_dns: bool) -> None:
        super().__init__(scope, construct_id)
        self.declared = declared
        self.url = f"https://{declared.name}"
        self._name = apigatewayv2.DomainName(
            self,
            "Name",
            domain_name=declared.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", declared.certificate_arn),
            security_policy=apigatewayv2.SecurityPolicy.TLS_1_2,
            ip_address_type=apigatewayv2.IpAddressType.DUAL_STACK,
        )
        self.regional_name = self._name.regional_domain_name
        self.regional_zone_id = self._name.regional_hosted_zone_id
        if writes_dns and declared.hosted_zone_id:
            self._write_dns(declared.hosted_zone_id)

    def lead_to(self, api_id: str, stage_name: str, *, stage: IDependable) -> None:
        """Map the whole name to one stage, of an HTTP or a REST API, once it exists."""
        mapping = apigatewayv2.CfnApiMapping(
            self, "Mapping", api_id=api_id, domain_name=self._name.name, stage=stage_name
        )
        mapping.node.add_dependency(stage)

    def _write_dns(self, zone_id: str) -> None:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=zone_id, zone_name=self.declared.hosted_zone_name or self.declared.name
        )
        target = targets.ApiGatewayv2DomainProperties(self.regional_name, self.regional_zone_id)
        alias = route53.RecordTarget.from_alias(target)
        route53.ARecord(self, "Ipv4", zone=zone, record_name=f"{self.declared.name}.", target=alias)
        route53.AaaaRecord(self, "Ipv6", zone=zone, record_name=f"{self.declared.name}.", target=alias)
