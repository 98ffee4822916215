"""The client that lets others run while it waits."""

import asyncio
from collections.abc import Awaitable, Callable
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


class AsyncInferenceClient:
    """A server of the Open Inference Protocol v2. Of one event loop; close it, or use it in an `async with`."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        options: ClientOptions = DEFAULT_OPTIONS,
        transport: httpx.AsyncBaseTransport | None = None,
        instruments: Instruments = SYSTEM,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`auth` signs requests to the server. Raises ValueError for a URL that is none of HTTP."""
        self._dialogue = Dialogue(base_url, options, instruments)
        self._auth = auth
        self._sleep = sleep
        self._http = httpx.AsyncClient(transport=transport, **CONNECTION)

    async def server_live(self) -> bool:
        """Whether the server can take requests at all; silence is a no. Raises Refused for 401 and 403."""
        return await self._carried_out(self._dialogue.says_yes("/v2/health/live"))

    async def server_ready(self) -> bool:
        """Whether every model can predict. Raises Refused for 401 and 403."""
        return await self._carried_out(self._dialogue.says_yes("/v2/health/ready"))

    async def model_ready(self, model: str, model_version: str | int | None = None) -> bool:
        """Whether the model is there and can predict. Raises Refused for 401 and 403."""
        return await self._carried_out(self._dialogue.says_yes(f"{ModelPlace.of(model, model_version).path}/ready"))

    async def server_metadata(self) -> ServerMetadata:
        """What the server says of itself now. Raises InferenceError."""
        return await self._carried_out(self._dialogue.server_metadata())

    async def model_metadata(self, model: str, model_version: str | int | None = None) -> ModelMetadata:
        """What the model takes and gives now. Raises InferenceError."""
        return await self._carried_out(self._dialogue.model_metadata(model, model_version))

    async def infer(self, model: str, inputs: Any, **options: Unpack[InferOptions]) -> InferenceResult:
        """A prediction for `inputs`: arrays by name, or one array or table (see `inputs.tensors_of`).

        Raises InferenceError: InvalidInput before anything is sent where the inputs do not fit the model.
        """
        return await self._carried_out(self._dialogue.infer(model, inputs, options))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def _carried_out(self, steps: Steps[T]) -> T:
        outcome: Answer | NoAnswer | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = await (self._sent(step) if isinstance(step, Send) else self._sleep(step.seconds))

    async def _sent(self, step: Send) -> Answer | NoAnswer:
        try:
            return answer_of(await self._http.request(**request_of(step, self._auth)))
        except httpx.RequestError as error:
            return no_answer(step, error)
