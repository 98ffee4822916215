"""One input of a request, decoded as the model's signature says."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidTensor
from sluice.inference.base64_texts import texts_of
from sluice.inference.binary_body import RawTensors
from sluice.inference.binary_elements import binary_reader_of
from sluice.inference.datatypes import BY_NAME
from sluice.inference.json_elements import reader_of
from sluice.inference.json_layout import check_shape, flatten
from sluice.inference.shown import shown


class TensorDecoder:
    """Everything that can be known of an input before a request comes."""

    __slots__ = ("_datatype", "_name", "_read", "_read_binary", "_shape")

    def __init__(self, spec: TensorSpec) -> None:
        self._name = spec.name
        self._datatype = spec.datatype
        self._shape = spec.shape
        self._read = reader_of(spec.name, BY_NAME[spec.datatype])
        self._read_binary = binary_reader_of(spec.name, BY_NAME[spec.datatype])

    def decode(self, tensor: Mapping[str, Any], pieces: RawTensors) -> NDArray[Any]:
        """The array that the model takes; of a binary tensor, whose bytes are the next of `pieces`, a view of them.

        Raises InvalidTensor, naming the tensor and the rule that it breaks.
        """
        if tensor.get("datatype") != self._datatype:
            found = shown(tensor.get("datatype"))
            raise InvalidTensor(self._name, f"datatype is {found}, must be {self._datatype!r}")
        shape = check_shape(self._name, tensor.get("shape"), self._shape)
        parameters = tensor.get("parameters")
        if parameters:
            if "binary_data_size" in parameters:
                return self._decode_binary(tensor, shape, pieces)
            if self._datatype == "BYTES" and parameters.get("content_type") == "base64":
                elements = flatten(self._name, tensor.get("data"), shape)
                return self._read(texts_of(self._name, elements)).reshape(shape)
        return self._read(flatten(self._name, tensor.get("data"), shape)).reshape(shape)

    def _decode_binary(self, tensor: Mapping[str, Any], shape: tuple[int, ...], pieces: RawTensors) -> NDArray[Any]:
        if tensor.get("data") is not None:
            raise InvalidTensor(self._name, "it has both data and binary_data_size, must have one of them")
        return self._read_binary(pieces.take(self._name, tensor["parameters"]["binary_data_size"]), shape)
