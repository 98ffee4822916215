"""The steps of a dialogue as requests of httpx, and its responses as outcomes: what both clients have in common."""

from typing import TypedDict

import httpx

from sluice.client.exchange import Answer, NoAnswer, Send


class Connection(TypedDict):
    """How a client's connections are made; the caller's headers go with each request that is meant to have them."""

    timeout: None
    follow_redirects: bool


CONNECTION: Connection = {"timeout": None, "follow_redirects": False}


class Request(TypedDict):
    """The arguments of `request` of httpx's clients."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    timeout: float
    auth: httpx.Auth | None


def request_of(step: Send, auth: httpx.Auth | None) -> Request:
    """The request; a presigned URL gets no credentials, for its store would refuse them, and has no right to them."""
    return {
        "method": step.method,
        "url": step.url,
        "headers": dict(step.headers),
        "content": step.content if step.method in ("POST", "PUT") else None,
        "timeout": step.timeout_seconds,
        "auth": None if step.is_foreign else auth,
    }


def answer_of(response: httpx.Response) -> Answer:
    """What came; httpx has undone its content coding."""
    return Answer(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


def no_answer(step: Send, error: httpx.RequestError) -> NoAnswer:
    """Why nothing came; of a presigned URL no more is told than its host, for the rest of it is a right."""
    where = f"{httpx.URL(step.url).host}" if step.is_foreign else step.url
    return NoAnswer(f"{where} does not answer: {error or type(error).__name__}")
