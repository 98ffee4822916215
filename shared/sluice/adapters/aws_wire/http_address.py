"""Where a service listens, from its URL; urllib.parse would cost a cold start more than the whole of this."""

from sluice.frozen import frozen

_DEFAULT_PORTS = {"http": 80, "https": 443}


@frozen
class HttpAddress:
    """Scheme, host and port of one server; `host` has no brackets around an IPv6 address."""

    scheme: str
    host: str
    port: int

    @property
    def is_tls(self) -> bool:
        """Whether its connections are encrypted."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """What the Host header says: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def address_of(url: str) -> HttpAddress:
    """The address of `scheme://host[:port]`. Raises ValueError for a path, a query, a user, or another scheme."""
    scheme, separator, rest = url.partition("://")
    authority = rest.rstrip("/")
    if not separator or scheme not in _DEFAULT_PORTS or not authority or any(it in authority for it in "/?#@"):
        raise ValueError(f"{url!r} is no endpoint, must be http://host[:port] or https://host[:port]")
    host, port = _split(authority)
    if port and not port.isdecimal():
        raise ValueError(f"{url!r} has port {port!r}, must be a number")
    return HttpAddress(scheme, host, int(port) if port else _DEFAULT_PORTS[scheme])


def _split(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, _, port = authority[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = authority.partition(":")
    return host, port
