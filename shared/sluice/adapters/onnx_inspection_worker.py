"""The process in which unknown ONNX files are opened: it may crash, hang or be killed, and nobody is hurt.

Run as `python -m sluice.adapters.onnx_inspection_worker DESCRIPTOR MEMORY_LIMIT_BYTES`; it reads one JSON job
at a time from the connection behind the descriptor and answers each with one JSON document, until end of file.
"""

import json
import resource
import sys
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import onnx

from sluice.adapters.onnx_golden import check_examples
from sluice.adapters.onnx_graph import external_locations, read_graph, signature_of
from sluice.adapters.onnx_session import in_words, open_session
from sluice.adapters.quiet_onnxruntime import onnxruntime
from sluice.catalog.document_parts import Document, signature_to_document
from sluice.catalog.version_document import golden_from_document
from sluice.errors import ArtefactRefused, FidelityMismatch

_NO_MEMORY = "needs more memory than inspection allows"
_FATAL_ONLY = 4


def main(descriptor: int, memory_limit_bytes: int) -> None:
    """Answer jobs until the parent closes its end."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    onnxruntime.set_default_logger_severity(_FATAL_ONLY)
    with Connection(descriptor) as connection:
        while True:
            try:
                job = json.loads(connection.recv_bytes())
            except EOFError:
                return
            _limit_processor_seconds(job["time_limit_seconds"])
            connection.send_bytes(json.dumps(_answer(job)).encode())


def _answer(job: Mapping[str, Any]) -> Document:
    path = Path(job["path"])
    try:
        return _JOBS[job["job"]](path, job)
    except ArtefactRefused as refusal:
        return {"refused": refusal.rule}
    except FidelityMismatch as mismatch:
        return {"mismatch": [mismatch.example, mismatch.output, mismatch.difference]}
    except MemoryError:
        return {"refused": _NO_MEMORY}


def _externals(path: Path, _job: Mapping[str, Any]) -> Document:
    return {"external": external_locations(path, read_graph(path))}


def _signature(path: Path, _job: Mapping[str, Any]) -> Document:
    model = read_graph(path)
    external_locations(path, model)
    signature = signature_of(path, model)
    try:
        onnx.checker.check_model(str(path))
    except (onnx.checker.ValidationError, ValueError) as error:
        raise ArtefactRefused(str(path), in_words(error)) from error
    open_session(str(path))
    return {"signature": signature_to_document(signature)}


def _fidelity(path: Path, job: Mapping[str, Any]) -> Document:
    external_locations(path, read_graph(path))
    check_examples(str(path), [golden_from_document(each) for each in job["examples"]])
    return {}


def _limit_processor_seconds(seconds: float) -> None:
    # The parent kills a job that is late; should the parent die first, the kernel does.
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


_JOBS = {"externals": _externals, "signature": _signature, "fidelity": _fidelity}

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
