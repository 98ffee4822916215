"""What a thread prints, for environments that share this process: `sys.stdout` and `sys.stderr` per thread."""

import sys
from threading import get_ident
from typing import Any, TextIO

from sluice.local.lambda_host.environment import LogLine
from sluice.local.lambda_host.lines import LineSplitter

_SPLITTERS: dict[int, LineSplitter] = {}
"""Threads whose output is captured. Its entries are each written and read by their own thread only."""


class captured:  # noqa: N801 - used like the context managers of contextlib
    """Send what this thread prints to `write_line`, line by line; other threads print as before.

    May be entered again and again, by one thread at a time.
    """

    def __init__(self, write_line: LogLine) -> None:
        self._splitter = LineSplitter(write_line)

    def __enter__(self) -> None:
        _SPLITTERS[get_ident()] = self._splitter
        route_output()

    def __exit__(self, *_: object) -> None:
        self._splitter.finish()
        del _SPLITTERS[get_ident()]


def route_output() -> None:
    """Put the routing streams in place, also when something has replaced `sys.stdout` since the last call."""
    if not isinstance(sys.stdout, _ThreadStream):
        sys.stdout = _as_text(_ThreadStream(sys.stdout))
    if not isinstance(sys.stderr, _ThreadStream):
        sys.stderr = _as_text(_ThreadStream(sys.stderr))


def _as_text(stream: Any) -> TextIO:
    # A stream by behaviour: what it does not do itself, the wrapped one does.
    text: TextIO = stream
    return text


class _ThreadStream:
    def __init__(self, wrapped: TextIO) -> None:
        self._wrapped = wrapped

    def write(self, text: str) -> int:
        splitter = _SPLITTERS.get(get_ident())
        if splitter is None:
            return self._wrapped.write(text)
        splitter.feed_text(text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if get_ident() not in _SPLITTERS:
            self._wrapped.flush()

    @property
    def buffer(self) -> Any:
        splitter = _SPLITTERS.get(get_ident())
        return self._wrapped.buffer if splitter is None else _ThreadBytes(splitter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


class _ThreadBytes:
    def __init__(self, splitter: LineSplitter) -> None:
        self._splitter = splitter

    def write(self, chunk: bytes) -> int:
        self._splitter.feed(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Lines are passed on as they end."""
