"""The client that waits."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from sluice.client.dialogue import Dialogue
from sluice.client.exchange import Answer, NoAnswer, Send, Steps
from sluice.client.http import CONNECTION, answer_of, no_answer, request_of
from sluice.client.metadata import ModelMetadata, ServerMetadata
from sluice.client.options import DEFAULT_OPTIONS, ClientOptions, InferOptions
from sluice.client.results import InferenceResult
from sluice.client.retry import SYSTEM, Instruments
from sluice.client.server import ModelPlace

T = TypeVar("T")


class InferenceClient:
    """A server of the Open Inference Protocol v2. Fit for several threads; close it, or use it in a `with`."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        options: ClientOptions = DEFAULT_OPTIONS,
        transport: httpx.BaseTransport | None = None,
        instruments: Instruments = SYSTEM,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`auth` signs requests to the server. Raises ValueError for a URL that is none of HTTP."""
        self._dialogue = Dialogue(base_url, options, instruments)
        self._auth = auth
        self._sleep = sleep
        self._http = httpx.Client(transport=transport, **CONNECTION)

    def server_live(self) -> bool:
        """Whether the server can take requests at all; silence is a no. Raises Refused for 401 and 403."""
        return self._carried_out(self._dialogue.says_yes("/v2/health/live"))

    def server_ready(self) -> bool:
        """Whether every model can predict. Raises Refused for 401 and 403."""
        return self._carried_out(self._dialogue.says_yes("/v2/health/ready"))

    def model_ready(self, model: str, model_version: str | int | None = None) -> bool:
        """Whether the model is there and can predict. Raises Refused for 401 and 403."""
        return self._carried_out(self._dialogue.says_yes(f"{ModelPlace.of(model, model_version).path}/ready"))

    def server_metadata(self) -> ServerMetadata:
        """What the server says of itself now. Raises InferenceError."""
        return self._carried_out(self._dialogue.server_metadata())

    def model_metadata(self, model: str, model_version: str | int | None = None) -> ModelMetadata:
        """What the model takes and gives now. Raises InferenceError."""
        return self._carried_out(self._dialogue.model_metadata(model, model_version))

    def infer(self, model: str, inputs: Any, **options: Unpack[InferOptions]) -> InferenceResult:
        """A prediction for `inputs`: arrays by name, or one array or table (see `inputs.tensors_of`).

        Raises InferenceError: InvalidInput before anything is sent where the inputs do not fit the model.
        """
        return self._carried_out(self._dialogue.infer(model, inputs, options))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _carried_out(self, steps: Steps[T]) -> T:
        outcome: Answer | NoAnswer | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = self._sent(step) if isinstance(step, Send) else self._sleep(step.seconds)

    def _sent(self, step: Send) -> Answer | NoAnswer:
        try:
            return answer_of(self._http.request(**request_of(step, self._auth)))
        except httpx.RequestError as error:
            return no_answer(step, error)
