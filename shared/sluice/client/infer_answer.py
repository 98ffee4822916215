"""The body of an answer to an inference request, in JSON, with binary tensors, or as a reference to either."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import orjson
from numpy.typing import NDArray

from sluice.client.binary_tensors import array_of_raw
from sluice.client.datatypes import DTYPES
from sluice.client.errors import ProtocolBroken
from sluice.client.json_tensors import array_of_json
from sluice.client.results import InferenceResult


@dataclass(frozen=True, slots=True)
class Download:
    """Where an answer lies that was too large to be sent; `json_bytes` is None for an answer of JSON."""

    url: str
    size_bytes: int
    json_bytes: int | None


def parsed(content: bytes | memoryview) -> Any:
    """A JSON document. Raises ProtocolBroken."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ProtocolBroken(f"the answer is not valid JSON: {error}") from error


def download_of(document: Any) -> Download | None:
    """The reference that stands for an answer, if this is one. Raises ProtocolBroken."""
    said = (document.get("parameters") if isinstance(document, dict) else None) or {}
    if "sluice_download" not in said:
        return None
    try:
        json_bytes = said.get("sluice_download_json_bytes")
        length = None if json_bytes is None else int(json_bytes)
        return Download(checked_url(said["sluice_download"]), int(said["sluice_download_bytes"]), length)
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolBroken(f"the reference to a large answer is incomplete: {error!r}") from error


def checked_url(given: Any) -> str:
    """A presigned URL. Raises ValueError for what is none of HTTP."""
    if urlsplit(str(given)).scheme not in ("http", "https"):
        raise ValueError(f"{given!r} is no URL of HTTP")
    return str(given)


def split_answer(content: bytes, json_bytes: int | None) -> tuple[Any, memoryview]:
    """The JSON document, and the raw tensors behind it. Raises ProtocolBroken."""
    length = len(content) if json_bytes is None else json_bytes
    if not 0 <= length <= len(content):
        raise ProtocolBroken(f"the answer has {len(content)} bytes, of which {length} should be JSON")
    whole = memoryview(content)
    return parsed(whole[:length]), whole[length:]


def result_of(document: Any, raw: memoryview) -> InferenceResult:
    """The answer. Raises ProtocolBroken, which names the output."""
    try:
        return _result(document, raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProtocolBroken(f"the answer is not of the protocol: {error!r}") from error


def _result(document: Mapping[str, Any], raw: memoryview) -> InferenceResult:
    outputs: dict[str, NDArray[Any]] = {}
    at = 0
    for tensor in document["outputs"]:
        size = (tensor.get("parameters") or {}).get("binary_data_size", 0)
        outputs[tensor["name"]] = _array(tensor, raw[at : at + size])
        at += size
    if at != len(raw):
        raise ProtocolBroken(f"the answer has {len(raw)} bytes of raw tensors, its outputs {at}")
    return InferenceResult(
        MappingProxyType(outputs),
        str(document["model_name"]),
        None if document.get("model_version") is None else str(document["model_version"]),
        str(document.get("id") or ""),
        MappingProxyType(document.get("parameters") or {}),
    )


def _array(tensor: Mapping[str, Any], raw: memoryview) -> NDArray[Any]:
    name, datatype, shape = tensor["name"], tensor["datatype"], tuple(tensor["shape"])
    if datatype not in DTYPES:
        raise ProtocolBroken(f"output {name!r}: {datatype!r} is no datatype of the protocol")
    if "binary_data_size" in (tensor.get("parameters") or {}):
        return array_of_raw(name, datatype, shape, raw)
    return array_of_json(name, datatype, shape, tensor["data"])
