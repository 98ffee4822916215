"""Inspection of ONNX files in a process of its own, which is killed when it takes too long."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from sluice.catalog.document_parts import signature_from_document
from sluice.catalog.model_version import GoldenExample
from sluice.catalog.signature import Signature
from sluice.catalog.version_document import golden_to_document
from sluice.errors import ArtefactRefused, FidelityMismatch

DEFAULT_SIZE_LIMIT_BYTES = 200 * 1000 * 1000
DEFAULT_TIME_LIMIT_SECONDS = 60.0
DEFAULT_MEMORY_LIMIT_BYTES = 2 * 1024**3

_WORKER = "sluice.adapters.onnx_inspection_worker"


class OnnxInspector:
    """`catalog.ports.ArtefactInspector` over one worker process, started on first use and reused.

    `size_limit_bytes` is for the .onnx file and its external data together; the other limits are for one job.
    Close it, or use it as a context manager; calls from several threads take turns.
    """

    def __init__(
        self,
        *,
        size_limit_bytes: int = DEFAULT_SIZE_LIMIT_BYTES,
        time_limit_seconds: float = DEFAULT_TIME_LIMIT_SECONDS,
        memory_limit_bytes: int = DEFAULT_MEMORY_LIMIT_BYTES,
    ) -> None:
        self._size_limit_bytes = size_limit_bytes
        self._time_limit_seconds = time_limit_seconds
        self._memory_limit_bytes = memory_limit_bytes
        self._lock = Lock()
        self._worker: tuple[subprocess.Popen[bytes], Connection[Any, Any]] | None = None

    def read_signature(self, onnx_file: Path) -> Signature:
        """See the port."""
        self.external_files(onnx_file)
        return signature_from_document(self._ask("signature", onnx_file)["signature"])

    def external_files(self, onnx_file: Path) -> Sequence[Path]:
        """See the port; the size limit is checked before anything is opened."""
        self._check_size(onnx_file, [onnx_file])
        files = [onnx_file.parent / location for location in self._ask("externals", onnx_file)["external"]]
        self._check_size(onnx_file, [onnx_file, *files])
        return files

    def check_fidelity(self, onnx_file: Path, examples: Sequence[GoldenExample]) -> None:
        """See the port."""
        self.external_files(onnx_file)
        self._ask("fidelity", onnx_file, examples=[golden_to_document(example) for example in examples])

    @property
    def worker_process_id(self) -> int | None:
        """The process that opens files, or None while there is none."""
        return self._worker[0].pid if self._worker else None

    def close(self) -> None:
        """End the worker; the next call would start another."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _check_size(self, onnx_file: Path, files: Sequence[Path]) -> None:
        try:
            size_bytes = sum(file.stat().st_size for file in files)
        except OSError as error:
            raise ArtefactRefused(str(onnx_file), error.strerror or str(error)) from error
        if not all(file.is_file() for file in files):
            raise ArtefactRefused(str(onnx_file), "is not a regular file")
        if size_bytes > self._size_limit_bytes:
            rule = f"{size_bytes} bytes in {len(files)} files, the limit is {self._size_limit_bytes}"
            raise ArtefactRefused(str(onnx_file), rule)

    def _ask(self, job: str, onnx_file: Path, **details: Any) -> Mapping[str, Any]:
        question = {"job": job, "path": str(onnx_file.absolute()), "time_limit_seconds": self._time_limit_seconds}
        with self._lock:
            answer = self._exchange(onnx_file, json.dumps({**question, **details}).encode())
        if "refused" in answer:
            raise ArtefactRefused(str(onnx_file), answer["refused"])
        if "mismatch" in answer:
            raise FidelityMismatch(*answer["mismatch"])
        return answer

    def _exchange(self, onnx_file: Path, question: bytes) -> Mapping[str, Any]:
        process, connection = self._worker or self._start()
        try:
            connection.send_bytes(question)
            if not connection.poll(self._time_limit_seconds):
                self._stop()
                raise ArtefactRefused(str(onnx_file), f"kept inspection busy for {self._time_limit_seconds:g} s")
            answer: Mapping[str, Any] = json.loads(connection.recv_bytes())
        except (EOFError, OSError) as error:
            self._stop()
            raise ArtefactRefused(
                str(onnx_file), f"ended the inspecting process (exit {process.returncode})"
            ) from error
        return answer

    def _start(self) -> "tuple[subprocess.Popen[bytes], Connection[Any, Any]]":
        ours, theirs = Pipe()
        with theirs:
            command = [sys.executable, "-m", _WORKER, str(theirs.fileno()), str(self._memory_limit_bytes)]
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our module, no shell
                command,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._worker = process, ours
        return self._worker

    def _stop(self) -> None:
        if self._worker is None:
            return
        (process, connection), self._worker = self._worker, None
        connection.close()
        process.kill()
        process.wait()
