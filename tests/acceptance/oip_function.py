"""An inference function of many small models, asked as the Open Inference Protocol says."""

from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from onnx import TensorProto, helper

from sluice.catalog.signature import Signature, TensorSpec
from sluice.inference.datatypes import DATATYPES
from tests.functions.builders import CONTEXT, PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import FLOAT_BIAS, FLOAT_WEIGHTS, affine, failing, identity, model_bytes
from tests.unit.inference.binary_requests import DTYPES, texts

NAMES = [row.name for row in DATATYPES]
IN_JSON = [name for name in NAMES if name not in ("FP16", "BF16")]
ROW = [1.0, 2.0, 3.0]
SCORES = (np.array([ROW], np.float32) @ FLOAT_WEIGHTS + FLOAT_BIAS)[0].tolist()
X = {"name": "x", "datatype": "FP32", "shape": [1, 3], "data": ROW}
A = {"name": "a", "datatype": "FP64", "shape": [1], "data": [0.5]}
B = {"name": "b", "datatype": "INT64", "shape": [2], "data": [1, 2]}

# Version 1 is `scores = x @ weights + bias`, version 2 gives back both of its inputs, version 3 fails on each request;
# from 10 on there is one for each datatype, which gives back what it gets, in the shape that it gets.
PAIR, FAILING, FIRST_IDENTITY, SCALAR = 2, 3, 10, 50


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    document: Any
    raw: bytes

    def tensor(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(it for it in self.document["outputs"] if it["name"] == name)
        return found


def pair_of_inputs() -> bytes:
    kinds = {"a": TensorProto.DOUBLE, "b": TensorProto.INT64}
    outputs = dict(zip("cd", kinds.values(), strict=True))
    return model_bytes(
        [helper.make_node("Identity", ["a"], ["c"]), helper.make_node("Identity", ["b"], ["d"])],
        [helper.make_tensor_value_info(name, kind, ["n" + name]) for name, kind in kinds.items()],
        [helper.make_tensor_value_info(name, kind, ["n" + name]) for name, kind in outputs.items()],
    )


def graphs() -> dict[int, tuple[bytes, Signature]]:
    def same(datatype: str, shape: tuple[int, ...]) -> Signature:
        return Signature((TensorSpec("x", datatype, shape),), (TensorSpec("y", datatype, shape),))

    x, scores = TensorSpec("x", "FP32", (-1, 3)), TensorSpec("scores", "FP32", (-1, 2))
    pair = Signature(
        (TensorSpec("a", "FP64", (-1,)), TensorSpec("b", "INT64", (-1,))),
        (TensorSpec("c", "FP64", (-1,)), TensorSpec("d", "INT64", (-1,))),
    )
    failed = Signature((TensorSpec("x", "FP32", (-1, 2)),), (TensorSpec("y", "FP32", (2,)),))
    return {
        1: (affine(), Signature((x,), (scores,))),
        PAIR: (pair_of_inputs(), pair),
        FAILING: (failing(), failed),
        SCALAR: (identity(TensorProto.FLOAT, ()), same("FP32", ())),
        **{
            number: (identity(row.onnx_number, ("m", "n")), same(row.name, (-1, -1)))
            for number, row in enumerate(DATATYPES, FIRST_IDENTITY)
        },
    }


def get(function: InferenceFunction, path: str) -> tuple[int, Any]:
    return function.call(an_event("GET", path))


def infer(
    function: InferenceFunction, body: Any, raw: bytes = b"", *, number: int | None = None, json_bytes: Any = True
) -> Answer:
    """Ask for a prediction; `raw` follows the JSON, with the header, unless `json_bytes` says what that is."""
    path = "/v2/models/risk" + ("" if number is None else f"/versions/{number}") + "/infer"
    head = body if isinstance(body, bytes) else orjson.dumps(body)
    has_header = json_bytes is not True or bool(raw)
    length = str(len(head)) if json_bytes is True else json_bytes
    headers = {"inference-header-content-length": length} if has_header and length is not None else {}
    answer = function.handler(an_event(path=path, body=head + raw, headers=headers, encoded=has_header), CONTEXT)
    return read(answer)


def read(answer: Mapping[str, Any]) -> Answer:
    content = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    assert int(answer["headers"]["content-length"]) == len(content)
    length = int(answer["headers"].get("inference-header-content-length", len(content)))
    return Answer(answer["statusCode"], answer["headers"], orjson.loads(content[:length]), content[length:])


def refused(answer: Answer, status: int = 400) -> str:
    """The message of an error, which has the protocol's form."""
    assert answer.status == status
    assert list(answer.document) == ["error"]
    assert answer.raw == b""
    return str(answer.document["error"])


def of_binary(tensor: Mapping[str, Any], size: int) -> dict[str, Any]:
    return {key: it for key, it in tensor.items() if key != "data"} | {"parameters": {"binary_data_size": size}}


def raw_of(name: str) -> bytes:
    """Six elements of the datatype."""
    if name == "BYTES":
        return texts(b"", b"a", "é".encode(), b"\0", b"1.5", b"null")
    return bytes([0, 1] * 3) if name == "BOOL" else np.arange(1, 7).astype(DTYPES[name]).tobytes()


def many_models(root: Path) -> InferenceFunction:
    """The function that serves all of them; version 1 is its default."""
    return a_function(root, PublishedRelease(graphs(), default_version=1))
