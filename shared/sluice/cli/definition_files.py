"""A definition as people keep it: YAML, or JSON, in a file or on standard input."""

import sys
from pathlib import Path
from typing import Any

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.strict_json import parse_json
from sluice.errors import InvalidRequest

_LIMIT_BYTES = 256 * 1024


def read_definition(source: str) -> Any:
    """The document of the file, of standard input for "-". Raises InvalidRequest, with the place in the text."""
    text = _text(source)
    try:
        return _parsed(text)
    except ValueError as error:
        raise InvalidRequest(f"{source}: {error}") from error


def _parsed(text: str) -> Any:
    """JSON first, because YAML has other escapes above U+FFFF; of what is neither, YAML tells the place."""
    try:
        return parse_json(text)
    except ValueError:
        return parse_yaml(text)


def _text(source: str) -> str:
    try:
        content = sys.stdin.buffer.read(_LIMIT_BYTES + 1) if source == "-" else _file(Path(source))
        if len(content) > _LIMIT_BYTES:
            raise InvalidRequest(f"{source}: it is larger than {_LIMIT_BYTES} bytes")
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{source}: cannot be read: {error}") from error


def _file(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LIMIT_BYTES + 1)
