"""What a server says of itself and of its models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sluice.client.errors import ProtocolBroken

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ServerMetadata:
    """Name and version of the server, and the extensions of the protocol that it offers."""

    name: str = ""
    version: str = ""
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TensorMetadata:
    """One input or output; -1 in `shape` is any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What a model takes and gives; empty `inputs` or `outputs` where the server does not say."""

    name: str
    versions: tuple[str, ...] = ()
    platform: str = ""
    inputs: tuple[TensorMetadata, ...] = ()
    outputs: tuple[TensorMetadata, ...] = ()


def server_metadata_of(document: Any) -> ServerMetadata:
    """From the body of `GET /v2`. Raises ProtocolBroken."""
    return _read("server metadata", document, _server)


def model_metadata_of(document: Any) -> ModelMetadata:
    """From the body of `GET /v2/models/{model}`. Raises ProtocolBroken."""
    return _read("model metadata", document, _model)


def _read(what: str, document: Any, reader: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        return reader(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProtocolBroken(f"{what} is not of the protocol: {error!r}") from error


def _server(document: Mapping[str, Any]) -> ServerMetadata:
    extensions = tuple(map(str, document.get("extensions") or ()))
    return ServerMetadata(str(document["name"]), str(document.get("version", "")), extensions)


def _model(document: Mapping[str, Any]) -> ModelMetadata:
    return ModelMetadata(
        str(document["name"]),
        tuple(map(str, document.get("versions") or ())),
        str(document.get("platform", "")),
        tuple(_tensor(each) for each in document.get("inputs") or ()),
        tuple(_tensor(each) for each in document.get("outputs") or ()),
    )


def _tensor(document: Mapping[str, Any]) -> TensorMetadata:
    return TensorMetadata(str(document["name"]), str(document["datatype"]), tuple(map(int, document["shape"])))
