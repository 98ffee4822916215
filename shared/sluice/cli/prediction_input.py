"""What `sluice predict` was given, as the body of one inference request."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sluice.catalog.signature import TensorSpec
from sluice.cli.feature_rows import Row, rows_of_csv, rows_of_objects, tensor_of_rows
from sluice.errors import InvalidRequest, MalformedBody


@dataclass(frozen=True, slots=True)
class PredictionInput:
    """The three ways to give rows; exactly one is not None. "-" is standard input."""

    request: str | None
    csv: str | None
    row: Sequence[str] | None

    def __post_init__(self) -> None:
        given = [name for name in self.__slots__ if getattr(self, name)]
        if len(given) != 1:
            found = ", ".join(f"--{name}" for name in given) or "none"
            raise typer.BadParameter(f"give exactly one of --request, --csv, --row; found {found}")

    def body(self, served_inputs: Callable[[], Sequence[TensorSpec]], features: Callable[[], Sequence[str]]) -> Any:
        """The request body; the gateway is asked for inputs and the registry for features only where they matter.

        Raises InvalidRequest.
        """
        document = _json(self.request) if self.request else None
        if isinstance(document, dict) and "inputs" in document:
            return document
        rows = self._rows(document, features)
        return {"inputs": [tensor_of_rows(rows, _only(served_inputs()))]}

    def _rows(self, document: Any, features: Callable[[], Sequence[str]]) -> Sequence[Row]:
        if self.row:
            return [text.split(",") for text in self.row]
        if self.csv:
            return rows_of_csv(_text(self.csv), features())
        objects = document if isinstance(document, list) else [document]
        if not objects or not all(isinstance(each, dict) for each in objects):
            raise MalformedBody("--request: must be an inference request, an object of features, or a list of such")
        return rows_of_objects(objects, features())


def _only(inputs: Sequence[TensorSpec]) -> TensorSpec:
    if len(inputs) != 1:
        raise InvalidRequest(f"the model has {len(inputs)} inputs; give a whole inference request with --request")
    return inputs[0]


def _json(source: str) -> Any:
    try:
        return json.loads(_text(source))
    except ValueError as error:
        raise MalformedBody(f"{source}: {error}") from error


def _text(source: str) -> str:
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{source}: cannot be read: {error}") from error
