"""Golden examples run through ONNX Runtime: the fidelity gate."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.adapters.onnx_session import RUNTIME_ERRORS, in_words, open_session
from sluice.catalog.fidelity import deviation
from sluice.catalog.model_version import GoldenExample
from sluice.errors import ArtefactRefused, FidelityMismatch, InvalidTensor
from sluice.inference.datatypes import BY_RUNTIME_NAME, Datatype
from sluice.inference.json_elements import reader_of
from sluice.inference.json_layout import flatten, nested_shape


def check_examples(path: str, examples: Sequence[GoldenExample]) -> None:
    """Run each example on one session. Raises FidelityMismatch or ArtefactRefused."""
    if not examples:
        raise ArtefactRefused(path, "has no golden example; one at least must show what it should answer")
    session = open_session(path)
    given = {tensor.name: BY_RUNTIME_NAME[tensor.type] for tensor in session.get_inputs()}
    gives = {tensor.name: BY_RUNTIME_NAME[tensor.type] for tensor in session.get_outputs()}
    for example in examples:
        feed = _arrays(example, example.inputs, given, complete=True)
        expected = _arrays(example, example.outputs, gives, complete=False)
        try:
            actual = session.run(list(expected), feed)
        except RUNTIME_ERRORS as error:
            raise FidelityMismatch(example.name, ", ".join(expected), f"the model failed: {in_words(error)}") from error
        for (name, wanted), found in zip(expected.items(), actual, strict=True):
            if difference := deviation(wanted, np.asarray(found), example.tolerance):
                raise FidelityMismatch(example.name, name, difference)


def _arrays(
    example: GoldenExample, tensors: Mapping[str, Any], known: Mapping[str, Datatype], *, complete: bool
) -> dict[str, NDArray[Any]]:
    for name in [*tensors, *(known if complete else ())]:
        if name not in known:
            raise FidelityMismatch(example.name, name, f"the graph has {', '.join(known)} and nothing of that name")
        if name not in tensors:
            raise FidelityMismatch(example.name, name, "the example does not give this input")
    if not tensors:
        raise FidelityMismatch(example.name, "", f"the example expects no output; name some of {', '.join(known)}")
    try:
        return {name: to_array(name, known[name], value) for name, value in tensors.items()}
    except InvalidTensor as error:
        raise FidelityMismatch(example.name, error.tensor, error.rule) from error


def to_array(name: str, datatype: Datatype, nested: Any) -> NDArray[Any]:
    """Nested lists as an array of `datatype`, each element exactly. Raises InvalidTensor.

    Unlike a request, a golden example may hold NaN, infinities and FP16.
    """
    shape = nested_shape(nested)
    elements = flatten(name, nested, shape) if shape else [nested]
    if datatype.numpy_dtype is not None and datatype.numpy_dtype.kind == "f":
        return _reals(name, datatype, elements).reshape(shape)
    return reader_of(name, datatype)(elements).reshape(shape)


def _reals(name: str, datatype: Datatype, elements: list[Any]) -> NDArray[Any]:
    for index, element in enumerate(elements):
        if type(element) not in (int, float):
            raise InvalidTensor(name, f"element {index} is {element!r}, {datatype.name} takes numbers")
    with np.errstate(over="ignore"):
        array = np.array(elements, np.float64).astype(datatype.numpy_dtype)
    for index, element in enumerate(elements):
        if math.isinf(array[index]) and not math.isinf(element):
            raise InvalidTensor(name, f"element {index} ({element}) is beyond the range of {datatype.name}")
    return array
