"""A name for everything that makes a function version: change any of it, and the name changes."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

_LENGTH = 16
# What AWS keeps with the function, and not with its versions.
_OF_THE_FUNCTION = ("reservedConcurrentExecutions", "tags")


def fingerprint_of(function: lambda_.Function, *, layers: Sequence[str]) -> str:
    """The first 64 bits, in hex, of the SHA-256 of the function's properties, which name its code by what it holds.

    They are the template's as they are now, so call it when all are set; references count by their target. The
    template says of a layer only where it is, so `layers` lists the digests of what is in them.
    """
    canonical = json.dumps([_versioned(function), list(layers)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_LENGTH]


def _versioned(function: lambda_.Function) -> dict[str, Any]:
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)
    # The only way to all properties at once: one that somebody adds later must count without being listed here.
    found = cdk.Stack.of(function).resolve(resource._cfn_properties)  # noqa: SLF001
    return {name: value for name, value in found.items() if name not in _OF_THE_FUNCTION}
