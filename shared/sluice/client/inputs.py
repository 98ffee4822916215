"""Whatever a caller gives as inputs, as the tensors of one request, checked against the model's metadata."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sluice.client.arrays import as_array, typed_array
from sluice.client.datatypes import datatype_of
from sluice.client.errors import InvalidInput
from sluice.client.frames import columns_of, matrix_of
from sluice.client.metadata import ModelMetadata, TensorMetadata


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One tensor of a request: an array of the datatype's own dtype, as `arrays.typed_array` makes it."""

    name: str
    datatype: str
    array: NDArray[Any]


def tensors_of(inputs: Any, metadata: ModelMetadata) -> tuple[Tensor, ...]:
    """The request's tensors, in the model's order. Raises InvalidInput, which names the tensor.

    A mapping gives arrays by input name. A table whose columns are the inputs is read by column; any other table is
    the one input of a model with one, its columns side by side. Anything else is the one input itself.
    """
    named = _named(inputs, metadata)
    if not metadata.inputs:
        return tuple(_as_it_is(name, value) for name, value in named.items())
    wanted = {spec.name: spec for spec in metadata.inputs}
    if named.keys() != wanted.keys():
        raise InvalidInput(_difference(named, wanted))
    return tuple(_fitted(spec, named[name]) for name, spec in wanted.items())


def _named(inputs: Any, metadata: ModelMetadata) -> Mapping[str, Any]:
    if isinstance(inputs, Mapping):
        return inputs
    columns = columns_of(inputs)
    if columns is None:
        return {_only(metadata).name: inputs}
    if metadata.inputs and columns.keys() != {spec.name for spec in metadata.inputs} and len(metadata.inputs) == 1:
        return {metadata.inputs[0].name: matrix_of(columns)}
    return {name: _in_rank(column, name, metadata.inputs) for name, column in columns.items()}


def _only(metadata: ModelMetadata) -> TensorMetadata:
    if len(metadata.inputs) != 1:
        names = ", ".join(spec.name for spec in metadata.inputs) or "nobody knows which"
        raise InvalidInput(f"model {metadata.name!r} takes {len(metadata.inputs)} inputs ({names}); give them by name")
    return metadata.inputs[0]


def _in_rank(column: NDArray[Any], name: str, specs: Iterable[TensorMetadata]) -> NDArray[Any]:
    """A column of a table as the column vector that most exported models take."""
    is_vector = any(spec.name == name and len(spec.shape) == 2 for spec in specs)
    return column.reshape(-1, 1) if is_vector and column.ndim == 1 else column


def _fitted(spec: TensorMetadata, value: Any) -> Tensor:
    array = typed_array(spec.name, value, spec.datatype)
    fits = len(array.shape) == len(spec.shape) and all(
        wanted in (-1, found) for found, wanted in zip(array.shape, spec.shape, strict=True)
    )
    if not fits:
        raise InvalidInput(f"input {spec.name!r}: shape {list(array.shape)}, the model wants {list(spec.shape)}")
    return Tensor(spec.name, spec.datatype, array)


def _as_it_is(name: str, value: Any) -> Tensor:
    array = as_array(name, value)
    datatype = datatype_of(name, array)
    return Tensor(name, datatype, typed_array(name, value, datatype))


def _difference(found: Iterable[str], wanted: Iterable[str]) -> str:
    missing = [name for name in wanted if name not in set(found)]
    unexpected = [name for name in found if name not in set(wanted)]
    problems = [f"missing inputs: {', '.join(missing)}"] if missing else []
    problems += [f"unexpected inputs: {', '.join(map(str, unexpected))}"] if unexpected else []
    return "; ".join([*problems, f"the model takes {', '.join(wanted)}"])
