"""What a client does with the network, as steps that somebody else carries out.

A dialogue with a server is a generator. It yields `Send`, to be told the `Answer` or that there was `NoAnswer`, and
`Pause`, to be told nothing. So the blocking and the asynchronous client are one and the same but for who waits.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """One HTTP request; `is_foreign`: to a presigned URL, which must not see the caller's headers and credentials."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    timeout_seconds: float = 30.0
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response, its content decoded; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came: no connection, a broken one, or silence for too long."""

    why: str


Steps: TypeAlias = Generator[Send | Pause, Answer | NoAnswer | None, T]
