"""A web ACL for a REST API: AWS's rules against common attacks, and a bound per address."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

# A tensor may be megabytes, and this rule would block every body over 8 KB. API Gateway and Lambda bound the size.
_COUNTED_ONLY = ("SizeRestrictions_BODY",)


class WebAcl(Construct):
    """Regional, open to whom no rule blocks. No samples are kept: they would show callers' tokens."""

    def __init__(self, scope: Construct, construct_id: str, *, rate_per_5_minutes: int) -> None:
        super().__init__(scope, construct_id)
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility("WebAcl"),
            rules=[
                _rate_rule(rate_per_5_minutes, priority=0),
                _managed_rule("AWSManagedRulesCommonRuleSet", priority=1, counted=_COUNTED_ONLY),
                _managed_rule("AWSManagedRulesKnownBadInputsRuleSet", priority=2),
            ],
        )

    def protect(self, stage: apigateway.Stage) -> None:
        """Put the ACL before a stage."""
        wafv2.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)


def _rate_rule(limit: int, *, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    by_address = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=limit, evaluation_window_sec=300
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="RatePerAddress",
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=by_address),
        visibility_config=_visibility("RatePerAddress"),
    )


def _managed_rule(name: str, *, priority: int, counted: tuple[str, ...] = ()) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    group = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[
            wafv2.CfnWebACL.RuleActionOverrideProperty(name=each, action_to_use=count) for each in counted
        ],
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visibility(name),
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
