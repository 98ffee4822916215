"""How requests to a gateway prove who sends them: not at all on the local plane, signed or with a token on AWS."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from sluice.errors import InvalidRequest

TOKEN_VARIABLE = "SLUICE_GATEWAY_TOKEN"  # noqa: S105 - the name of the variable
_SERVICE = "execute-api"
_KINDS = ("none", "iam", "jwt", "cognito")


class SignedRequests(httpx.Auth):
    """SigV4 over the exact body, with the credentials that `session` finds when the request goes out."""

    requires_request_body = True

    def __init__(self, session: Callable[[], Any]) -> None:
        self._session = session

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx. Raises InvalidRequest without credentials or region."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        session = self._session()
        credentials = session.get_credentials()
        if credentials is None or not session.region_name:
            raise InvalidRequest("the gateway wants signed requests: give AWS credentials and a region")
        signed = AWSRequest(
            request.method, str(request.url), data=request.content, headers={"host": request.url.netloc.decode()}
        )
        SigV4Auth(credentials.get_frozen_credentials(), _SERVICE, session.region_name).add_auth(signed)
        request.headers.update({name: value for name, value in signed.headers.items() if name.lower() != "host"})
        yield request


class BearerToken(httpx.Auth):
    """A token that the caller has."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx."""
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


def gateway_auth_of(kind: str, *, session: Callable[[], Any], environment: Mapping[str, str]) -> httpx.Auth | None:
    """What a gateway of this kind wants. Raises InvalidRequest for another kind, and for a token that nobody gave."""
    if kind not in _KINDS:
        raise InvalidRequest(f"gateway_auth == {kind!r}, must be one of {', '.join(_KINDS)}")
    if kind == "none":
        return None
    if kind == "iam":
        return SignedRequests(session)
    token = environment.get(TOKEN_VARIABLE)
    if not token:
        raise InvalidRequest(f"the gateway wants a bearer token ({kind}): set {TOKEN_VARIABLE}")
    return BearerToken(token)
