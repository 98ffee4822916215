"""From bytes to requests, by llhttp, a parser in C that refuses whatever could be read in two ways."""

from typing import NamedTuple, Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from sluice.local.gateway.http_api import Gateway
from sluice.local.gateway.own_answers import BAD_REQUEST, HEADERS_TOO_LARGE, REQUEST_TOO_LARGE, HttpAnswer
from sluice.local.gateway.request import HttpRequest, http_request_size_bytes

# A head that has not ended by then is not read on; far above the limit that the gateway sets for whole heads.
_UNFINISHED_HEAD_BYTES = 256 * 1024


class Exchange(NamedTuple):
    """What is to be answered: a whole request, or one that the gateway refused while it was read.

    `method` is the request's, also where there is no request. After the answer the connection lives on or not.
    """

    asked: HttpRequest | HttpAnswer
    method: str
    protocol: str
    keep_alive: bool


class Reception(Protocol):
    """Whom a reader tells what it has read."""

    def take(self, exchange: Exchange) -> None:
        """The next exchange; exchanges are answered in this order."""
        ...

    def invite_body(self) -> None:
        """The client waits for a word before it sends the body."""
        ...


class RequestReader:
    """Reads one connection. What is public and begins with `on_` is for the parser."""

    def __init__(self, gateway: Gateway, reception: Reception, *, source_ip: str) -> None:
        self._gateway = gateway
        self._reception = reception
        self._source_ip = source_ip
        self._parser = HttpRequestParser(self)
        self._is_over = False
        self.on_message_begin()

    def feed(self, data: bytes) -> None:
        """Read on; after what is no HTTP, and after the last request, nothing is read."""
        if self._is_over:
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            # Nothing but HTTP/1.1 is spoken here: the request was taken as it is, what follows means nothing.
            self._is_over = True
        except HttpParserError:
            self._refuse(BAD_REQUEST, is_last=True)
        if not self._is_head_read:
            self._unread_head_bytes += len(data)
            if self._unread_head_bytes > _UNFINISHED_HEAD_BYTES:
                self._refuse(HEADERS_TOO_LARGE, is_last=True)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._target, self._method = b"", ""
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._body_bytes = self._unread_head_bytes = 0
        self._is_head_read = self._is_refused = False

    def on_url(self, part: bytes) -> None:
        """Its target, perhaps in parts."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole. Those that follow a body in chunks are dropped."""
        if not self._is_head_read:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Refuse what can be refused by its head alone; invite the body of a client that asks first."""
        self._is_head_read = True
        self._method = self._parser.get_method().decode()
        length, waits_for_word = None, False
        for name, value in self._headers:
            if len(name) == 14 and name.lower() == b"content-length":
                length = int(value)
            elif len(name) == 6 and name.lower() == b"expect":
                waits_for_word = value.lower() == b"100-continue"
        size_bytes = http_request_size_bytes(self._method, self._target, self._headers)
        refusal = self._gateway.refuse_head(size_bytes, length)
        if refusal is not None:
            # Who waits for a word and gets a no need not send the body: nobody knows where the next request begins.
            self._refuse(refusal, is_last=waits_for_word)
        elif waits_for_word:
            self._reception.invite_body()

    def on_body(self, part: bytes) -> None:
        """The next bytes of the body; those of a refused request are dropped."""
        if self._is_refused:
            return
        self._parts.append(part)
        self._body_bytes += len(part)
        if self._body_bytes > self._gateway.settings.body_limit_bytes:
            self._parts.clear()
            self._refuse(REQUEST_TOO_LARGE)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._is_refused:
            return
        request = HttpRequest(
            self._method,
            self._target.decode("ascii"),
            tuple([(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in self._headers]),
            self._parts[0] if len(self._parts) == 1 else b"".join(self._parts),
            source_ip=self._source_ip,
            protocol=self._protocol(),
        )
        keep_alive = self._parser.should_keep_alive() and not self._parser.should_upgrade()
        self._reception.take(Exchange(request, request.method, request.protocol, keep_alive))

    def _refuse(self, refusal: HttpAnswer, *, is_last: bool = False) -> None:
        self._is_refused = True
        self._is_over = is_last
        keep_alive = not is_last and self._parser.should_keep_alive()
        self._reception.take(Exchange(refusal, self._method, self._protocol(), keep_alive))

    def _protocol(self) -> str:
        return f"HTTP/{self._parser.get_http_version()}"
