"""Saying why a finding of the rule packs is right as it is: beside its cause, as narrow as the packs allow."""

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from constructs import Construct


def acknowledge(scope: Construct, rule: str, reason: str) -> None:
    """`rule` as the report prints it, for instance `AwsSolutions::AwsSolutions-S1`; it holds for all below `scope`."""
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def acknowledge_wildcards(scope: Construct, resources: Iterable[str], reason: str) -> None:
    """Each of these resources, and no other, may have a star in the policies below `scope`."""
    stack = cdk.Stack.of(scope)
    for resource in resources:
        written = _flat(stack.resolve(resource))
        acknowledge(scope, f"AwsSolutions::AwsSolutions-IAM5[Resource::{written}]", reason)


def _flat(value: Any) -> str:
    """A resolved value as the rule packs write it: references in angle brackets, imports by their export's name."""
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_flat, parts))
    if function == "Fn::ImportValue":
        return _flat(argument)
    name = argument if isinstance(argument, str) else ".".join(argument)
    return f"<{name}>"
