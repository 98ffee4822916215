"""One inference: an encoded request, sent inline or by way of the store, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from sluice.client.errors import ProtocolBroken, TooLarge
from sluice.client.exchange import Answer, Steps
from sluice.client.infer_answer import download_of, result_of, split_answer
from sluice.client.infer_body import JSON_BYTES_HEADER, InferBody, InferRequest, compressed
from sluice.client.options import ClientOptions
from sluice.client.results import InferenceResult, ParameterValue
from sluice.client.retry import Patience
from sluice.client.server import ModelPlace, Server
from sluice.client.spill import WANTED, downloaded, uploaded


@dataclass(frozen=True, slots=True)
class Inference:
    """Where one request goes, and how long that may take."""

    server: Server
    place: ModelPlace
    options: ClientOptions
    patience: Patience

    def sent(self, request: InferRequest, parameters: Mapping[str, ParameterValue]) -> Steps[InferenceResult]:
        """The result, request and answer in the messages themselves. Raises InferenceError."""
        answer = yield from self._ask(request.body(parameters))
        return result_of(*split_answer(answer.content, _json_bytes(answer)))

    def sent_or_spilled(
        self, request: InferRequest, parameters: Mapping[str, ParameterValue]
    ) -> Steps[InferenceResult]:
        """The result; what is too large goes through the store, either way. Raises InferenceError."""
        answer = yield from self._ask_or_spill(request, {**parameters, **WANTED})
        document, raw = split_answer(answer.content, _json_bytes(answer))
        download = download_of(document)
        if download is None:
            return result_of(document, raw)
        content = yield from downloaded(download, self.patience)
        return result_of(*split_answer(content, download.json_bytes))

    def _ask_or_spill(self, request: InferRequest, parameters: Mapping[str, ParameterValue]) -> Steps[Answer]:
        body = request.body(parameters)
        if len(body.content) <= self.options.inline_limit_bytes:
            try:
                return (yield from self._ask(body))
            except TooLarge:
                pass  # the server, or a gateway before it, takes less than we thought
        reference = yield from uploaded(request.body({}), self.server, self.place, self.patience)
        return (yield from self._ask(InferBody(orjson.dumps({"parameters": {**parameters, **reference}}))))

    def _ask(self, body: InferBody) -> Steps[Answer]:
        content, headers = compressed(body, self.options.compress_over_bytes)
        return (yield from self.patience.ask(self.server.post(f"{self.place.path}/infer", content, headers)))


def _json_bytes(answer: Answer) -> int | None:
    given = answer.headers.get(JSON_BYTES_HEADER)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit()):
        raise ProtocolBroken(f"{JSON_BYTES_HEADER} is {given!r}, must be a number of bytes")
    return int(given)
