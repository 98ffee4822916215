"""What a stack tells: under fixed names, which `sluice --env` and scripts rely on."""

from collections.abc import Mapping

import aws_cdk as cdk


def tell(stack: cdk.Stack, outputs: Mapping[str, str]) -> None:
    """Add the outputs; their names do not change when the constructs behind them are moved."""
    for name, value in outputs.items():
        cdk.CfnOutput(stack, f"Output{name}", value=value).override_logical_id(name)
