"""One name for everything that a built folder depends on: change any of it, and the folder is built anew."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

_BUILDER = Path(__file__).parent


def fingerprint_of(facts: Iterable[str], files: Iterable[tuple[str, Path]]) -> str:
    """SHA-256 over the facts, the files with their names, and the code that builds."""
    digest = hashlib.sha256(repr(list(facts)).encode())
    builder = [(path.name, path) for path in _BUILDER.glob("*.py")]
    for group in (files, builder):
        contents = [(name, path.read_bytes()) for name, path in group]
        digest.update(repr(sorted(contents)).encode())
    return digest.hexdigest()
