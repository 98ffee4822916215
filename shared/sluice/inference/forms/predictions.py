"""What a model gave, as rows: the answers of KServe's first protocol, of TensorFlow Serving, MLflow and SageMaker."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.errors import NotAcceptable
from sluice.inference.forms.media_types import CSV, JSON
from sluice.inference.response_encoder import EncodedResponse
from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import NO_NAMES, InferenceResponse

PREDICTIONS = "predictions"
OUTPUTS = "outputs"


def as_json(
    response: InferenceResponse, version: ServedVersion, *, member: str, headers: Mapping[str, str] | None = None
) -> EncodedResponse:
    """`member` holds the predictions; beside it stands who answered, as in the Open Inference Protocol.

    Predictions are the one output row by row, or objects of several outputs' rows by name. Outputs that have no rows
    in common, and `member` OUTPUTS, give an object of whole outputs; a single one stands by itself.
    Raises NonFiniteOutput.
    """
    recorded = _recorded(response, version)
    body = {
        member: _predictions(response.outputs, by_row=member != OUTPUTS),
        "model_name": response.model,
        "model_version": str(response.model_version),
        "id": response.id,
        "parameters": response.parameters,
    }
    document = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    return EncodedResponse(document, recorded, headers=headers or {})


def as_csv(response: InferenceResponse, version: ServedVersion, *, headers: Mapping[str, str]) -> EncodedResponse:
    """One line per row, without a header: the outputs side by side. Raises NonFiniteOutput, NotAcceptable."""
    from sluice.inference.forms.csv_text import csv_lines

    recorded = _recorded(response, version)
    if not _have_rows(response.outputs):
        raise NotAcceptable(f"the outputs have no rows in common, so they cannot be {CSV}; accept {JSON}")
    columns = [_texts(column) for array in response.outputs.values() for column in _columns(array)]
    return EncodedResponse(csv_lines(zip(*columns, strict=True)), recorded, media_type=CSV, headers=headers)


def _recorded(response: InferenceResponse, version: ServedVersion) -> bytes:
    return version.encoder.encode(response._replace(binary_outputs=NO_NAMES)).outputs


def _predictions(outputs: Mapping[str, NDArray[Any]], *, by_row: bool) -> Any:
    values = {name: _values(array) for name, array in outputs.items()}
    if len(values) == 1:
        return next(iter(values.values()))
    if not by_row or not _have_rows(outputs):
        return values
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _have_rows(outputs: Mapping[str, NDArray[Any]]) -> bool:
    return len({array.shape[0] if array.ndim else -1 for array in outputs.values()} | {-1}) == 2


def _values(array: NDArray[Any]) -> Any:
    # A shortest FP32 decimal is exact only for readers that parse it as FP32; Python's floats are FP64.
    return array.tolist()


def _columns(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(array.shape[0], -1).T if array.size else np.empty((0, 0))


def _texts(column: NDArray[Any]) -> list[str]:
    values = column.tolist()
    return values if column.dtype.kind == "O" else [orjson.dumps(value).decode() for value in values]
