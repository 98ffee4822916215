"""Function versions that are functions of this process, for tests and simulations."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sluice.errors import CandidateFailed

FunctionVersion = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From an event to an answer; what it raises is the function's error."""


class MemoryCandidateCalls:
    """`rollouts.ports.CandidateCalls` of one model's functions; `sent` are the events that nobody waited for.

    What is sent waits until `deliver` is called, as a queue's messages do.
    """

    def __init__(self, model: str, functions: Mapping[str, FunctionVersion]) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._model = model
        self._functions = functions

    def invoke(self, model: str, function_version: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """See the port."""
        function = self._function(model, function_version)
        try:
            answer = function(_as_json(event))
        except Exception as error:
            raise CandidateFailed(function_version, f"{type(error).__name__}: {error}") from error
        if not isinstance(answer, dict):
            raise CandidateFailed(function_version, f"it answered no JSON object: {answer}")
        return _as_json(answer)

    def send(self, model: str, function_version: str, event: Mapping[str, Any]) -> None:
        """See the port."""
        self._function(model, function_version)
        self.sent.append((function_version, _as_json(event)))

    def deliver(self) -> None:
        """Let the functions handle what was sent; an answer is nobody's, an error neither."""
        waiting, self.sent = self.sent, []
        for function_version, event in waiting:
            try:
                self.invoke(self._model, function_version, event)
            except CandidateFailed:
                continue

    def _function(self, model: str, function_version: str) -> FunctionVersion:
        if model != self._model or function_version not in self._functions:
            raise CandidateFailed(function_version, f"Function not found: {model}:{function_version}")
        return self._functions[function_version]


def _as_json(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document))
    return found
