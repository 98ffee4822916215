"""A model's signature: what its ONNX graph takes and gives."""

from sluice.frozen import frozen


@frozen
class TensorSpec:
    """One named tensor: OIP `datatype` (FP32, INT64, BYTES, …) and `shape`, -1 where a dimension is free."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@frozen
class Signature:
    """The graph's inputs and outputs, in the graph's order."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
