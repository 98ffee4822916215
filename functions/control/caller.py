"""Who asks, as API Gateway's authorizer found out."""

from typing import Any

from fastapi import Request

from sluice.errors import InvalidRequest

LOCAL = "local"
"""Whoever asks where nobody is asked who they are: on the local plane."""


def caller_of(request: Request) -> str:
    """The token's `sub`, or the ARN of an IAM caller. Raises InvalidRequest for a token that names nobody."""
    context = request.scope.get("aws.event", {}).get("requestContext", {})
    authorizer = context.get("authorizer") or {}
    iam_arn = authorizer.get("iam", {}).get("userArn") or context.get("identity", {}).get("userArn")
    if iam_arn:
        return str(iam_arn)
    return _subject(authorizer) if authorizer else LOCAL


def _subject(authorizer: dict[str, Any]) -> str:
    """HTTP APIs nest the claims (payload format 2.0), REST APIs do not (1.0)."""
    claims = authorizer.get("jwt", authorizer).get("claims") or {}
    if not claims.get("sub"):
        raise InvalidRequest("the token names nobody: it has no claim `sub`, and every change says who made it")
    return str(claims["sub"])
