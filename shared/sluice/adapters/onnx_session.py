"""An ONNX Runtime session for a file that nobody trusts yet, and what the runtime says against it in words."""

import re
from types import MappingProxyType

from sluice.adapters.quiet_onnxruntime import onnxruntime, onnxruntime_pybind11_state
from sluice.errors import ArtefactRefused

RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    *(
        each
        for each in vars(onnxruntime_pybind11_state).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ),
    RuntimeError,
    ValueError,
)
"""The runtime's own exceptions have no common ancestor but Exception."""

_SENTENCES = MappingProxyType(
    {
        r"Fatal error: (?P<what>\S+?)\(-?\d+\) is not a registered function/op": (
            "uses the operator {what}, which ONNX Runtime does not know; custom operators cannot be served"
        ),
        r"No Op registered for (?P<what>\S+) with domain_version of (?P<domain_version>\d+)": (
            "uses the operator {what} of opset {domain_version}, which ONNX Runtime does not know"
        ),
        r"Unsupported model IR version: (?P<found>\d+), max supported IR version: (?P<limit>\d+)": (
            "has IR version {found}, ONNX Runtime here reads up to {limit}; export it with an older one"
        ),
        r"Opset (?P<found>\d+) is under development.*domain (?P<domain>\S+) is till opset (?P<limit>\d+)": (
            "needs opset {found} of {domain}, ONNX Runtime here knows up to {limit}; export it with an older one"
        ),
        r"protobuf parsing failed": "is not an ONNX file",
        r"Failed to allocate memory": "needs more memory than inspection allows",
        r"bad_alloc": "needs more memory than inspection allows",
    }
)
_SOURCE_PLACE = r"/onnxruntime_src/\S+:\d+ .*?\) (?=[A-Z])"
_LONGEST_MESSAGE = 400


def open_session(path: str) -> onnxruntime.InferenceSession:
    """A session on one CPU thread. Raises ArtefactRefused."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except RUNTIME_ERRORS as error:
        raise ArtefactRefused(path, in_words(error)) from error


def in_words(error: Exception) -> str:
    """What the runtime or the checker complains of, as a sentence about the artefact."""
    text = " ".join(str(error).split())
    for pattern, sentence in _SENTENCES.items():
        if match := re.search(pattern, text):
            return sentence.format(**match.groupdict())
    return re.sub(_SOURCE_PLACE, "", re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text))[:_LONGEST_MESSAGE]
