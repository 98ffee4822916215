"""The server that clients of others are tested against: the inference function of one model behind real HTTP.

`python -m tests.clients.example_server` prints its host and port, and serves until its standard input ends. Model
"risk" has one version for each kind of tensor:

1  x FP32 [-1, 3] -> scores FP32 [-1, 2], the default
2  x FP32 [-1, 3] -> label BYTES [-1], probabilities FP32 [-1, 2]
3  x BYTES [-1, 1] -> y, the same
4  x FP16 [-1] -> y, the same
5  a FP64 [-1, 1], b FP64 [-1, 1] -> total, their sum
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from onnx import TensorProto, helper

from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import AFFINE, PublishedRelease
from tests.functions.http_front import served
from tests.functions.inference_function import a_function
from tests.onnx_graphs import affine, classifier, identity, model_bytes

LABELS = Signature(
    (TensorSpec("x", "FP32", (-1, 3)),),
    (TensorSpec("label", "BYTES", (-1,)), TensorSpec("probabilities", "FP32", (-1, 2))),
)
TEXTS = Signature((TensorSpec("x", "BYTES", (-1, 1)),), (TensorSpec("y", "BYTES", (-1, 1)),))
HALVES = Signature((TensorSpec("x", "FP16", (-1,)),), (TensorSpec("y", "FP16", (-1,)),))
COLUMNS = Signature(
    (TensorSpec("a", "FP64", (-1, 1)), TensorSpec("b", "FP64", (-1, 1))), (TensorSpec("total", "FP64", (-1, 1)),)
)


def total() -> bytes:
    """The graph of version 5."""
    a, b, result = (
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["batch", 1]) for name in ("a", "b", "total")
    )
    return model_bytes([helper.make_node("Add", ["a", "b"], ["total"])], [a, b], [result])


def a_release() -> PublishedRelease:
    """All versions."""
    graphs = {
        1: (affine(), AFFINE),
        2: (classifier(), LABELS),
        3: (identity(TensorProto.STRING, ["n", 1]), TEXTS),
        4: (identity(TensorProto.FLOAT16), HALVES),
        5: (total(), COLUMNS),
    }
    return PublishedRelease(graphs, default_version=1)


def main() -> None:
    """Serve until nobody listens any more."""
    with TemporaryDirectory() as root, served(a_function(Path(root), a_release()).handler) as address:
        print(address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
