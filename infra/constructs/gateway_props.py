"""What every kind of gateway is made of, and what others may know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from infra.constructs.gateway_domain import GatewayDomain
from infra.declarations.api import ApiSettings, CognitoAuth, IamAuth
from infra.declarations.environment import DataSettings


@dataclass(frozen=True, slots=True)
class GatewayProps:
    """`models` gives each model's alias by the model's name; `log_key` encrypts what is logged of callers.

    `fails_over`: DNS records are not the gateway's, because HealthCheckedDns sets them in both regions.
    """

    settings: ApiSettings
    control: lambda_.IAlias
    outcomes: lambda_.IAlias
    models: Mapping[str, lambda_.IAlias]
    data: DataSettings
    log_key: kms.IKey | None = None
    fails_over: bool = False

    @property
    def scopes(self) -> list[str] | None:
        """Of which a caller's token has one, for all but changes; None where any token will do, or none is borne."""
        auth = self.settings.auth
        return None if isinstance(auth, IamAuth) else list(auth.scopes) or None

    @property
    def control_scopes(self) -> list[str] | None:
        """Of which a token has one that may change something; None where none is borne."""
        auth = self.settings.auth
        return None if isinstance(auth, IamAuth) else list(auth.control_scopes)

    @property
    def auth_name(self) -> str:
        """How callers prove who they are: `iam`, `jwt` or `cognito`."""
        if isinstance(self.settings.auth, IamAuth):
            return "iam"
        return "cognito" if isinstance(self.settings.auth, CognitoAuth) else "jwt"


class Gateway(Protocol):
    """An API that leads to aliases. `dimensions` are those of its stage's metrics in the namespace AWS/ApiGateway."""

    url: str
    """Without a slash at its end; clients append `/v2/...`."""
    auth_name: str
    api_id: str
    stage_name: str
    dimensions: Mapping[str, str]
    server_errors_metric: str
    """The name of the metric that counts 5xx answers: HTTP and REST APIs differ."""
    domain: GatewayDomain | None
