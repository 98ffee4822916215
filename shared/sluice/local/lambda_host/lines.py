"""From a stream of bytes to lines of text."""

import codecs

from sluice.local.lambda_host.environment import LogLine
from sluice.local.lambda_host.log_store import MAX_EVENT_CHARACTERS


class LineSplitter:
    """Calls `write_line` for each whole line; what has no end yet is kept, up to one log event's size.

    Within a line, the runtime client writes a carriage return for a line break of the same event, so it becomes one.
    """

    def __init__(self, write_line: LogLine) -> None:
        self._write_line = write_line
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.feed_text(self._decoder.decode(chunk))

    def feed_text(self, text: str) -> None:
        """Take the next characters."""
        if not self._rest and text.find("\n") == len(text) - 1:
            # One whole line in one piece, as records are written.
            self._emit(text[:-1])
            return
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._emit(line)
        while len(self._rest) > MAX_EVENT_CHARACTERS:
            self._emit(self._rest[:MAX_EVENT_CHARACTERS])
            self._rest = self._rest[MAX_EVENT_CHARACTERS:]

    def finish(self) -> None:
        """Nothing follows: the rest is a line too."""
        self._emit(self._rest)
        self._rest = ""

    def _emit(self, line: str) -> None:
        if line:
            self._write_line(line.replace("\r", "\n") if "\r" in line else line)
