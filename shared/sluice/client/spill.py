"""Bodies that are too large to be sent: put into the server's store, and taken from it, over presigned URLs.

Sluice offers it as `sluice_uploads`. The store gets the bytes of a request, and never the caller's credentials; what
names the unit stays in the request that refers to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sluice.client.errors import ProtocolBroken
from sluice.client.exchange import Send, Steps
from sluice.client.infer_answer import Download, checked_url, parsed
from sluice.client.infer_body import JSON, InferBody
from sluice.client.results import ParameterValue
from sluice.client.retry import Patience
from sluice.client.server import ModelPlace, Server

EXTENSION = "sluice_uploads"
WANTED: Mapping[str, ParameterValue] = {"sluice_spill": True}
"""The request parameter by which a client says that it understands references to large answers."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the server wants a body, and what it calls it."""

    name: str
    url: str
    headers: Mapping[str, str]


def uploaded(
    body: InferBody, server: Server, place: ModelPlace, patience: Patience
) -> Steps[dict[str, ParameterValue]]:
    """Put the body into the store; the parameters of a request that stands for it. Raises InferenceError."""
    wanted = orjson.dumps({"bytes": len(body.content), "media_type": body.media_type})
    answer = yield from patience.ask(server.post(place.uploads_path, wanted, {"content-type": JSON}))
    upload = _upload_of(parsed(answer.content))
    yield from patience.ask(Send("PUT", upload.url, upload.headers, body.content, is_foreign=True))
    length = {} if body.json_bytes is None else {"sluice_upload_json_bytes": str(body.json_bytes)}
    return {"sluice_upload": upload.name, **length}


def downloaded(download: Download, patience: Patience) -> Steps[bytes]:
    """The answer's own body. Raises InferenceError, ProtocolBroken where it is not of the size that was said."""
    answer = yield from patience.ask(Send("GET", download.url, is_foreign=True))
    if len(answer.content) != download.size_bytes:
        raise ProtocolBroken(f"{len(answer.content)} bytes were stored of an answer of {download.size_bytes}")
    return answer.content


def _upload_of(document: Any) -> Upload:
    try:
        headers = {str(name): str(value) for name, value in (document.get("headers") or {}).items()}
        return Upload(str(document["upload"]), checked_url(document["url"]), headers)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProtocolBroken(f"the answer to a request for an upload is incomplete: {error!r}") from error
