"""4 MiB of FP32 in one binary tensor: ours beside undoing base64, which Lambda imposes, and one copy."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from rich.table import Table

from benchmarks.example_event import HOT_ROUTE, LambdaContext, an_event
from benchmarks.example_release import handler_of, released_example
from benchmarks.goals import Goal, Result
from benchmarks.model_alone import model_session
from benchmarks.stopwatch import time_in_turns
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.catalog.signature import Signature, TensorSpec

_COUNT = 1024 * 1024
_FLOOR = "base64.b64decode + one memcpy"
_UNKEPT = "Sluice, the record's body given to a store that drops it"
_KEPT = "Sluice, the record's body hashed and kept in memory"
_MODEL_ALONE = "session.run, which looks at one element"
_GOAL = 1.5


class _DroppingBodies(MemoryContentStore):
    """Says that it has kept a body: what a store takes is the network's time, not the codec's."""

    def put(self, kind: str, content: bytes) -> str:
        """Keeps everything else."""
        return "0" * 64 if kind == "bodies" else super().put(kind, content)


def large_tensor_result(*, rounds: int = 10) -> Result:
    """In milliseconds, and as a multiple of the floor."""
    timings = time_in_turns(_contenders(), rounds=rounds, calls_per_round=10)
    model_us, floor_us = timings[_MODEL_ALONE].median_us, timings[_FLOOR].median_us
    table = Table("4 MiB FP32 in, binary", "median ms", "minus session.run", "ratio")
    for name, timing in timings.items():
        above_us = timing.median_us - (model_us if name in (_UNKEPT, _KEPT) else 0)
        table.add_row(name, f"{timing.median_us / 1000:.2f}", f"{above_us / 1000:.2f}", f"{above_us / floor_us:.2f}")
    ratio = (timings[_UNKEPT].median_us - model_us) / floor_us
    beside = f"{_FLOOR}, {floor_us / 1000:.1f} ms"
    return Result(table, (Goal("4 MiB FP32 tensor in, binary, minus session.run", ratio, _GOAL, "times", beside),))


def _contenders() -> Mapping[str, Callable[[], object]]:
    tensor = np.linspace(0, 1, _COUNT, dtype=np.float32)
    event, context = _event(tensor), LambdaContext()
    unkept, kept = _handler(_DroppingBodies()), _handler(MemoryContentStore())
    session = model_session(_first_element())
    for handler in (unkept, kept):
        answer = handler(event, context)
        assert answer["statusCode"] == 200, answer
        assert json.loads(answer["body"])["outputs"][0]["data"] == [0.0], answer
    return {
        _UNKEPT: lambda: unkept(event, context),
        _KEPT: lambda: kept(event, context),
        _MODEL_ALONE: lambda: session.run(None, {"x": tensor}),
        _FLOOR: lambda: bytearray(b64decode(event["body"])),
    }


def _handler(store: MemoryContentStore) -> Callable[..., dict[str, Any]]:
    signature = Signature((TensorSpec("x", "FP32", (-1,)),), (TensorSpec("y", "FP32", (1,)),))
    return handler_of(released_example(store=store).with_versions({2: _first_element()}, signature))


def _first_element() -> bytes:
    """A model that takes any vector and gives its first element, so that the rest of the time is not the model's."""
    nodes = [helper.make_node("Gather", ["x", "first"], ["y"])]
    take = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])]
    give = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])]
    first = helper.make_tensor("first", TensorProto.INT64, [1], [0])
    graph = helper.make_graph(nodes, "first element", take, give, initializer=[first])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _event(tensor: np.ndarray[tuple[int], np.dtype[np.float32]]) -> dict[str, Any]:
    raw = tensor.tobytes()
    parameters = {"binary_data_size": len(raw)}
    named = {"name": "x", "shape": [_COUNT], "datatype": "FP32", "parameters": parameters}
    head = json.dumps({"inputs": [named]}).encode()
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(len(head))}
    return an_event(HOT_ROUTE, b64encode(head + raw).decode(), headers=headers, is_base64=True)
