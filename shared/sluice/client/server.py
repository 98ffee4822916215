"""Where a server and its models are, and the requests that go there."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sluice.client.exchange import Send


@dataclass(frozen=True, slots=True)
class Server:
    """A base URL, whatever path it has, and the caller's headers for it. Raises ValueError for no URL of HTTP."""

    base_url: str
    headers: Mapping[str, str]

    def __post_init__(self) -> None:
        if urlsplit(self.base_url).scheme not in ("http", "https"):
            raise ValueError(f"base_url is {self.base_url!r}, must begin with http:// or https://")

    def get(self, path: str) -> Send:
        """A request to read."""
        return Send("GET", self._url(path), self.headers)

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Send:
        """A request that carries something."""
        return Send("POST", self._url(path), {**self.headers, **headers}, content)

    def _url(self, path: str) -> str:
        return self.base_url.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """A model, or one version of it; without one the server chooses."""

    model: str
    model_version: str | None = None

    @classmethod
    def of(cls, model: str, model_version: str | int | None) -> "ModelPlace":
        """From what a caller gives."""
        return cls(model, None if model_version is None else str(model_version))

    @property
    def path(self) -> str:
        """Below the base URL."""
        version = "" if self.model_version is None else f"/versions/{quote(self.model_version, safe='')}"
        return f"/v2/models/{quote(self.model, safe='')}{version}"

    @property
    def uploads_path(self) -> str:
        """Where large requests to the model are announced: uploads are for all of its versions."""
        return f"{ModelPlace(self.model).path}/uploads"
