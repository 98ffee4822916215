"""One input of a JSON request, decoded as the model's signature says."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidTensor
from sluice.inference.datatypes import BY_NAME
from sluice.inference.json_elements import reader_of
from sluice.inference.json_layout import check_shape, flatten
from sluice.inference.shown import shown


class TensorDecoder:
    """Everything that can be known of an input before a request comes."""

    def __init__(self, spec: TensorSpec) -> None:
        self._name = spec.name
        self._datatype = spec.datatype
        self._shape = spec.shape
        self._read = reader_of(spec.name, BY_NAME[spec.datatype])

    def decode(self, tensor: Mapping[str, Any]) -> NDArray[Any]:
        """The array that the model takes. Raises InvalidTensor, naming the tensor and the rule that it breaks."""
        if tensor.get("datatype") != self._datatype:
            found = shown(tensor.get("datatype"))
            raise InvalidTensor(self._name, f"datatype is {found}, must be {self._datatype!r}")
        shape = check_shape(self._name, tensor.get("shape"), self._shape)
        return self._read(flatten(self._name, tensor.get("data"), shape)).reshape(shape)
