"""What an ONNX file says about itself: signature and external data, read without running anything."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import ArtefactRefused
from sluice.inference.datatypes import BY_ONNX_NUMBER

# ONNX Runtime gives "*/_ORT_MEM_ADDR_/*" a meaning of its own: read this process's memory. Plain names only.
_PLAIN_LOCATION = re.compile(r"[\w.@+ -]+(/[\w.@+ -]+)*")
_ZIPMAP_ADVICE = "export classifiers without ZipMap (skl2onnx: options={'zipmap': False})"


def read_graph(path: Path) -> onnx.ModelProto:
    """The model without its external data. Raises ArtefactRefused."""
    try:
        model = onnx.load_model(path, load_external_data=False)
    except (DecodeError, OSError, ValueError) as error:
        raise ArtefactRefused(str(path), "is not an ONNX file") from error
    if not model.graph.node and not model.graph.output:
        raise ArtefactRefused(str(path), "is not an ONNX file: it has no graph")
    return model


def external_locations(path: Path, model: onnx.ModelProto) -> list[str]:
    """The external data files by path relative to the model's folder. Raises ArtefactRefused for any outside it."""
    locations = {location for tensor in _tensors(model) for location in _location(path, tensor)}
    for location in locations:
        _check_location(path, location)
    return sorted(locations)


def signature_of(path: Path, model: onnx.ModelProto) -> Signature:
    """Inputs that a caller must give, and outputs. Raises ArtefactRefused."""
    initialisers = [tensor.name for tensor in model.graph.initializer]
    inputs = [each for each in model.graph.input if each.name not in initialisers]
    for kind, names in (
        ("input", [each.name for each in model.graph.input]),
        ("output", [each.name for each in model.graph.output]),
        ("initialiser", initialisers),
    ):
        _check_names(path, kind, names)
    return Signature(_specs(path, "input", inputs), _specs(path, "output", model.graph.output))


def _specs(path: Path, side: str, values: Sequence[Any]) -> tuple[TensorSpec, ...]:
    if not values:
        raise ArtefactRefused(str(path), f"has no {side}")
    return tuple(_spec(path, side, value) for value in values)


def _spec(path: Path, side: str, value: Any) -> TensorSpec:
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        raise ArtefactRefused(
            str(path), f"{side} {value.name!r} is a {_type_name(kind)}, not a tensor; {_ZIPMAP_ADVICE}"
        )
    tensor = value.type.tensor_type
    if tensor.elem_type not in BY_ONNX_NUMBER:
        found = _element_name(tensor.elem_type)
        raise ArtefactRefused(str(path), f"{side} {value.name!r} is of {found}, which the inference protocol lacks")
    if not tensor.HasField("shape"):
        raise ArtefactRefused(
            str(path), f"{side} {value.name!r} has no shape; export it with one, free where it varies"
        )
    return TensorSpec(value.name, BY_ONNX_NUMBER[tensor.elem_type].name, tuple(map(_dimension, tensor.shape.dim)))


def _dimension(dimension: Any) -> int:
    return dimension.dim_value if dimension.HasField("dim_value") and dimension.dim_value >= 0 else -1


def _check_names(path: Path, kind: str, names: Sequence[str]) -> None:
    for name in names:
        if not name:
            raise ArtefactRefused(str(path), f"has an {kind} without a name")
        if names.count(name) > 1:
            raise ArtefactRefused(str(path), f"has more than one {kind} of the name {name!r}")


def _tensors(message: Message) -> Iterator[Any]:
    """Every tensor anywhere in the file: initialisers, attributes, subgraphs, functions, sparse, training."""
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in value if isinstance(value, Sequence) else [value]:
                if isinstance(inner, onnx.TensorProto):
                    yield inner
                else:
                    yield from _tensors(inner)


def _location(path: Path, tensor: Any) -> list[str]:
    if tensor.data_location != onnx.TensorProto.EXTERNAL and not tensor.external_data:
        return []
    found = [entry.value for entry in tensor.external_data if entry.key == "location"]
    if len(found) != 1:
        raise ArtefactRefused(str(path), f"tensor {tensor.name!r} names {len(found)} external data files, must be one")
    return found


def _check_location(path: Path, location: str) -> None:
    if not _PLAIN_LOCATION.fullmatch(location) or {".", ".."} & set(location.split("/")):
        raise ArtefactRefused(str(path), f"external data {location!r} must be a plain relative path inside its folder")
    folder = path.parent.resolve()
    target = (folder / location).resolve()
    if not target.is_relative_to(folder):
        raise ArtefactRefused(str(path), f"external data {location!r} leads out of its folder")
    if not target.is_file():
        raise ArtefactRefused(str(path), f"external data {location!r} is not there")
    if target == path.resolve():
        raise ArtefactRefused(str(path), "names itself as its external data")


def _type_name(kind: str | None) -> str:
    return {"sequence_type": "sequence", "map_type": "map", "optional_type": "optional value"}.get(
        kind or "", str(kind)
    )


def _element_name(number: int) -> str:
    return (
        f"element type {onnx.TensorProto.DataType.Name(number)}"
        if number in onnx.TensorProto.DataType.values()
        else f"element type {number}"
    )
