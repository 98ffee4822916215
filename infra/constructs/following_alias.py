"""An alias that follows every deployment at once, for functions that serve no predictions: no rollout judges them."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

_ALIAS = "current"


def following_alias(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    """`current`, on the newest version of the function; earlier versions stay."""
    version = function.current_version
    version.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return lambda_.Alias(scope, "Current", alias_name=_ALIAS, version=version)
