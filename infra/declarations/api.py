"""The API of an environment: which kind, who may call it, how fast, under which name. There is no open API."""

from dataclasses import dataclass, field
from enum import StrEnum

from infra.declarations.refusal import check


class ApiKind(StrEnum):
    """HTTP APIs cost a third; REST APIs take a web ACL and usage plans."""

    HTTP = "http"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class IamAuth:
    """Callers sign with SigV4 and need `execute-api:Invoke` on the API."""


@dataclass(frozen=True, slots=True)
class JwtAuth:
    """Callers bear a token of `issuer` (an https URL) for one of `audiences`, with one of `scopes` if any are named.

    The control API takes tokens with one of `control_scopes`, and no others.
    """

    issuer: str
    audiences: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    control_scopes: tuple[str, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        check("issuer", self.issuer, "an https URL", holds=self.issuer.startswith("https://"))
        check("audiences", self.audiences, "one or more client ids", holds=bool(self.audiences) and all(self.audiences))
        _check_control_scopes(self.control_scopes)


@dataclass(frozen=True, slots=True)
class CognitoAuth:
    """What a REST API has in place of JWT: tokens of one Cognito user pool. Scopes mean the same as there."""

    user_pool_arn: str
    scopes: tuple[str, ...] = ()
    control_scopes: tuple[str, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        _check_control_scopes(self.control_scopes)


Auth = IamAuth | JwtAuth | CognitoAuth


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """A domain name of yours; with a hosted zone, DNS is set too. The certificate lies in the API's region."""

    name: str
    certificate_arn: str
    hosted_zone_id: str | None = None
    hosted_zone_name: str | None = None


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A class of callers that hold an API key; REST only."""

    name: str
    rate_rps: int
    burst: int
    quota_per_day: int


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`rate_rps` and `burst` bound all callers together; `web_acl_rate_per_5_minutes` bounds one address, on REST."""

    kind: ApiKind = ApiKind.HTTP
    auth: Auth = IamAuth()
    rate_rps: int = 100
    burst: int = 200
    domain: CustomDomain | None = None
    usage_plans: tuple[UsagePlan, ...] = ()
    web_acl_rate_per_5_minutes: int | None = None

    def __post_init__(self) -> None:
        check("rate_rps", self.rate_rps, "at least 1", holds=self.rate_rps >= 1)
        check("burst", self.burst, "at least 1", holds=self.burst >= 1)
        is_rest = self.kind is ApiKind.REST
        check("usage_plans", self.usage_plans, "empty on an HTTP API", holds=is_rest or not self.usage_plans)
        limit = self.web_acl_rate_per_5_minutes
        check("web_acl_rate_per_5_minutes", limit, "None on an HTTP API", holds=is_rest or limit is None)
        check("web_acl_rate_per_5_minutes", limit, "at least 10", holds=limit is None or limit >= 10)
        allowed = "IamAuth or CognitoAuth on a REST API" if is_rest else "IamAuth or JwtAuth on an HTTP API"
        check("auth", self.auth, allowed, holds=not isinstance(self.auth, JwtAuth if is_rest else CognitoAuth))


def _check_control_scopes(scopes: tuple[str, ...]) -> None:
    rule = "one or more, so that who may predict may not change experiments"
    check("control_scopes", scopes, rule, holds=bool(scopes) and all(scopes))
