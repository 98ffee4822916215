"""Classes of callers, each with a key, a rate and a daily quota. A key says which plan counts, never who may call."""

from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway

from infra.declarations.api import UsagePlan


def add_usage_plans(api: apigateway.RestApi, plans: Sequence[UsagePlan]) -> None:
    """One plan and one key per declaration. More keys of a plan need no deployment."""
    for declared in plans:
        plan = api.add_usage_plan(
            f"Plan-{declared.name}",
            name=f"{api.rest_api_name}-{declared.name}",
            api_stages=[apigateway.UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
            throttle=apigateway.ThrottleSettings(rate_limit=declared.rate_rps, burst_limit=declared.burst),
            quota=apigateway.QuotaSettings(limit=declared.quota_per_day, period=apigateway.Period.DAY),
        )
        plan.add_api_key(api.add_api_key(f"Key-{declared.name}", description=f"Callers of the plan {declared.name}"))
