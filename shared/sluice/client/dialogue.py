"""What a client says to a server of the Open Inference Protocol v2, and what it makes of the answers. No I/O here."""

from dataclasses import replace
from typing import Any

from sluice.client import spill
from sluice.client.errors import InferenceError, InvalidInput, NotFound, Refused, Unsupported
from sluice.client.exchange import Steps
from sluice.client.infer_answer import parsed
from sluice.client.infer_body import InferRequest
from sluice.client.inference import Inference
from sluice.client.inputs import tensors_of
from sluice.client.kept import Kept
from sluice.client.metadata import ModelMetadata, ServerMetadata, model_metadata_of, server_metadata_of
from sluice.client.options import ClientOptions, InferOptions
from sluice.client.results import InferenceResult, ParameterValue
from sluice.client.retry import Instruments, Patience
from sluice.client.server import ModelPlace, Server

_BINARY = "binary_tensor_data"


class Dialogue:
    """Every method is a generator of steps (`exchange.py`); metadata are asked for once and kept."""

    def __init__(self, base_url: str, options: ClientOptions, instruments: Instruments) -> None:
        """Raises ValueError for a URL that is none of HTTP."""
        self._at = Server(base_url, options.headers)
        self._options = options
        self._instruments = instruments
        self._servers: Kept[str, ServerMetadata] = Kept()
        self._models: Kept[ModelPlace, ModelMetadata] = Kept()

    def says_yes(self, path: str) -> Steps[bool]:
        """Whether a health route answers 200; any other status and silence are a no. Raises Refused for 401 and 403."""
        try:
            yield from self._patience({}).once(self._at.get(path))
        except InferenceError as failure:
            if isinstance(failure, Refused) and failure.status in (401, 403):
                raise
            return False
        return True

    def server_metadata(self) -> Steps[ServerMetadata]:
        """As the server says now. Raises InferenceError."""
        return self._servers.put(self._at.base_url, (yield from self._ask_for_server(self._patience({}))))

    def model_metadata(self, model: str, model_version: str | int | None) -> Steps[ModelMetadata]:
        """As the server says now. Raises InferenceError."""
        place = ModelPlace.of(model, model_version)
        return self._models.put(place, (yield from self._ask_for_model(place, self._patience({}))))

    def infer(self, model: str, inputs: Any, options: InferOptions) -> Steps[InferenceResult]:
        """One answer. Raises InferenceError."""
        place = ModelPlace.of(model, options.get("model_version"))
        try:
            return (yield from self._infer(place, inputs, options))
        except (InvalidInput, NotFound, Unsupported) as refusal:
            if refusal.status is not None:
                # Perhaps the model or the server is not the one that it was; the next call asks again.
                self._servers.forget(self._at.base_url)
                self._models.forget(place)
            raise

    def _infer(self, place: ModelPlace, inputs: Any, options: InferOptions) -> Steps[InferenceResult]:
        patience = self._patience(options)
        server = yield from self._servers.get(self._at.base_url, lambda: self._ask_for_server(patience), patience)
        metadata = yield from self._models.get(place, lambda: self._ask_for_model(place, patience), patience)
        request = InferRequest(
            tensors_of(inputs, metadata),
            outputs=options.get("outputs", ()),
            request_id=options.get("request_id"),
            binary=_BINARY in server.extensions if self._options.binary is None else self._options.binary,
        )
        inference = Inference(self._at, place, self._options, patience)
        send = inference.sent_or_spilled if spill.EXTENSION in server.extensions else inference.sent
        return (yield from send(request, _parameters(options)))

    def _ask_for_server(self, patience: Patience) -> Steps[ServerMetadata]:
        answer = yield from patience.ask(self._at.get("/v2"))
        return server_metadata_of(parsed(answer.content))

    def _ask_for_model(self, place: ModelPlace, patience: Patience) -> Steps[ModelMetadata]:
        answer = yield from patience.ask(self._at.get(place.path))
        return model_metadata_of(parsed(answer.content))

    def _patience(self, options: InferOptions) -> Patience:
        policy = self._options.retries
        bounds = replace(
            policy,
            timeout_seconds=options.get("timeout_seconds", policy.timeout_seconds),
            deadline_seconds=options.get("deadline_seconds", policy.deadline_seconds),
        )
        return Patience(bounds, self._instruments)


def _parameters(options: InferOptions) -> dict[str, ParameterValue]:
    unit = options.get("unit")
    return {**options.get("parameters", {}), **({} if unit is None else {"sluice_unit": unit})}
