"""The gateway over HTTP, as any client of the Open Inference Protocol sees it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from sluice.errors import Conflict, InvalidRequest, NotAvailable, NotFound, SluiceError

_TIMEOUT_SECONDS = 35.0  # the gateway itself gives up after 30

_BY_STATUS: dict[int, type[SluiceError]] = {
    400: InvalidRequest,
    401: Conflict,
    403: Conflict,
    404: NotFound,
    409: Conflict,
    413: InvalidRequest,
    429: NotAvailable,
    503: NotAvailable,
    504: NotAvailable,
}


_REFUSED = frozenset({401, 403})


class GatewayClient:
    """Asks for metadata and predictions; every method raises SluiceError with what the gateway said."""

    def __init__(self, gateway_url: str, *, through_proxy: bool, auth: httpx.Auth | None = None) -> None:
        self._gateway_url = gateway_url.rstrip("/")
        self._through_proxy = through_proxy
        self._auth = auth

    def metadata(self, model: str, model_version: int | None) -> dict[str, Any]:
        """The model's inputs and outputs as they are served."""
        return self._ask("GET", _path(model, model_version))

    def infer(self, model: str, model_version: int | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """One inference."""
        return self._ask("POST", f"{_path(model, model_version)}/infer", body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with self._failures():
            url = self._gateway_url + path
            answer = httpx.request(
                method, url, json=body, auth=self._auth, timeout=_TIMEOUT_SECONDS, trust_env=self._through_proxy
            )
        document = _document(answer)
        if answer.is_success and isinstance(document, dict):
            return document
        raise _BY_STATUS.get(answer.status_code, SluiceError)(_reason(answer, document))

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotAvailable(f"{self._gateway_url} does not answer: {error or type(error).__name__}") from error


def _path(model: str, model_version: int | None) -> str:
    return f"/v2/models/{quote(model, safe='')}" + (f"/versions/{model_version}" if model_version is not None else "")


def _document(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _reason(answer: httpx.Response, document: Any) -> str:
    """The protocol says `error`, API Gateway itself says `message`."""
    said = document.get("error") or document.get("message") if isinstance(document, dict) else None
    if answer.status_code in _REFUSED:
        return f"the gateway refused who asked ({answer.status_code}): {said or 'no reason given'}"
    return str(said or f"the gateway answered {answer.status_code}")
