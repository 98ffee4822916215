"""Who signs: keys of the environment as Lambda sets them, or those of a container's endpoint, as SnapStart has it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.clock import Clock
from sluice.frozen import frozen


@frozen
class Credentials:
    """Keys, and the token that makes them valid for a session; `expires_at` is None if they do not expire here."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    expires_at: datetime | None = None


CredentialSource = Callable[[], Credentials]
"""Gives the credentials of the moment. Raises NoAnswer."""


def credential_source(clock: Clock, environment: Mapping[str, str] = os.environ) -> CredentialSource:
    """Where this process has its credentials from; nothing is read yet.

    Keys in the environment come first, as with every SDK: Lambda sets them anew for each environment that it starts.
    """
    if environment.get("AWS_ACCESS_KEY_ID"):
        return lambda: _of_environment(environment)
    if environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        from sluice.adapters.aws_wire.container_credentials import ContainerCredentials

        return ContainerCredentials(clock, environment)
    return _none


def _of_environment(environment: Mapping[str, str]) -> Credentials:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    access_key, secret_key, token = (environment.get(name, "") for name in names)
    if not secret_key:
        raise NoAnswer("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
    return Credentials(access_key, secret_key, token)


def _none() -> Credentials:
    raise NoAnswer("no credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
