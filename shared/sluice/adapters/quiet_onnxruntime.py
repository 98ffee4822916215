"""ONNX Runtime, which otherwise reports its use to its makers and writes a device id below the home directory.

It looks at the variable when it is imported, so whoever needs it imports it from here. Who wants to report, sets the
variable to 0.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state

__all__ = ["onnxruntime", "onnxruntime_pybind11_state"]
