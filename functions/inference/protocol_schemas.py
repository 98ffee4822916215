"""JSON schemas of the Open Inference Protocol's answers."""

from types import MappingProxyType
from typing import Any

from sluice.inference.datatypes import DATATYPES
from sluice.inference.upload_ticket import MEDIA_TYPES


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": required | (optional or {})}


_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_DATATYPE = {"type": "string", "enum": [datatype.name for datatype in DATATYPES]}
_SIZES = {"type": "array", "items": {"type": "integer", "minimum": -1}}
_TENSOR_METADATA = _object({"name": _TEXT, "datatype": _DATATYPE, "shape": _SIZES})
_TENSOR = _object({"name": _TEXT, "datatype": _DATATYPE, "shape": _SIZES, "data": {"type": "array"}})

PARAMETERS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}

_COUNT = {"type": "integer", "minimum": 0}
_DURATION = _object({"count": _COUNT, "ns": _COUNT})
_COMPUTED = {"compute_input": _DURATION, "compute_infer": _DURATION, "compute_output": _DURATION}
_UPLOAD_WISH = _object(
    {
        "bytes": {"type": "integer", "minimum": 1, "description": "length of the body to upload"},
        "media_type": {"enum": list(MEDIA_TYPES)},
    }
)
_UPLOAD = _object(
    {
        "upload": _TEXT,
        "url": {"type": "string", "format": "uri"},
        "headers": {"type": "object", "additionalProperties": _TEXT},
        "expires_at": {"type": "string", "format": "date-time"},
    }
)
_MODEL_STATISTICS = _object(
    {
        "name": _TEXT,
        "version": _TEXT,
        "last_inference": _COUNT,
        "inference_count": _COUNT,
        "execution_count": _COUNT,
        "inference_stats": _object(
            {"success": _DURATION, "fail": _DURATION, "queue": _DURATION, **_COMPUTED, "cache_hit": _DURATION}
        ),
        "batch_stats": {"type": "array", "items": _object({"batch_size": _COUNT, **_COMPUTED})},
    }
)

_ANSWERED = {"model_name": _TEXT, "model_version": _TEXT, "id": _TEXT, "parameters": PARAMETERS}

PROTOCOL_SCHEMAS = MappingProxyType(
    {
        "ModelList": _object({"models": {"type": "array", "items": _TEXT}}),
        "Predictions": _object(_ANSWERED, {"predictions": {}, "outputs": {}}),
        "Error": _object({"error": _TEXT}),
        "ServerLive": _object({"live": _FLAG}),
        "ServerReady": _object({"ready": _FLAG}, {"error": _TEXT}),
        "ServerMetadata": _object(
            {"name": _TEXT, "version": _TEXT, "extensions": {"type": "array", "items": _TEXT}},
        ),
        "ModelReady": _object({"name": _TEXT, "ready": _FLAG}, {"error": _TEXT}),
        "ModelMetadata": _object(
            {
                "name": _TEXT,
                "versions": {"type": "array", "items": _TEXT},
                "platform": _TEXT,
                "inputs": {"type": "array", "items": _TENSOR_METADATA},
                "outputs": {"type": "array", "items": _TENSOR_METADATA},
            },
        ),
        "UploadWish": _UPLOAD_WISH,
        "Upload": _UPLOAD,
        "ModelStatistics": _object({"model_stats": {"type": "array", "items": _MODEL_STATISTICS}}),
        "InferResponse": _object(
            {
                "model_name": _TEXT,
                "model_version": _TEXT,
                "id": _TEXT,
                "parameters": PARAMETERS,
                "outputs": {"type": "array", "items": _TENSOR},
            },
        ),
    }
)
