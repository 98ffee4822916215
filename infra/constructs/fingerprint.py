"""A name for everything that makes a function version: change any of it, and the name changes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct

_LENGTH = 16


def fingerprint_of(scope: Construct, parts: Mapping[str, Any]) -> str:
    """The first 64 bits of the SHA-256 of `parts` as canonical JSON, in hex; references count by their target."""
    resolved = cdk.Stack.of(scope).resolve(dict(parts))
    canonical = json.dumps(resolved, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_LENGTH]
