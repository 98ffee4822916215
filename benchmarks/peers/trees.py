"""The model that every serving peer serves, behind the shortest code that calls it. Needs numpy and ONNX Runtime."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

MODEL = "breast-cancer"
MODEL_FILE = Path(__file__).parents[2] / "examples" / MODEL / "v2" / "model.onnx"
PORT = int(os.environ.get("BENCH_PORT", "0"))
"""Where a peer listens; who starts it chose a free one."""


class Trees:
    """One session on one thread, as in Sluice."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(MODEL_FILE, options, providers=["CPUExecutionProvider"])
        self.output_names = [output.name for output in self._session.get_outputs()]

    def predict(self, features: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        """Every output by its name."""
        outputs = self._session.run(self.output_names, {"features": features.astype(np.float32, copy=False)})
        return dict(zip(self.output_names, outputs, strict=True))

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """For servers without the protocol: the first tensor of its JSON in, its outputs as JSON out, no checks."""
        tensor = body["inputs"][0]
        outputs = self.predict(np.array(tensor["data"], np.float32).reshape(tensor["shape"]))
        return {"outputs": [{"name": name, "data": array.ravel().tolist()} for name, array in outputs.items()]}
