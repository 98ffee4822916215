"""Models on ONNX Runtime, in this process."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from sluice.adapters.artefact_folder import ArtefactFolder
from sluice.adapters.lambda_threads import threads_by_memory
from sluice.adapters.onnx_bfloat16 import has_bfloat16, run_with_bfloat16
from sluice.adapters.onnx_session import RUNTIME_ERRORS
from sluice.adapters.quiet_onnxruntime import onnxruntime
from sluice.catalog.artefact import Artefact
from sluice.catalog.release import ReleasedVersion
from sluice.errors import ModelNotReady, StoreUnavailable

RUNTIME_VERSION: str = onnxruntime.__version__

# Prepacking copies weights at session creation: a quarter of a second at this size, which a cold start
# feels. Below it, warm predictions gain more from prepacked weights than the start loses.
_PREPACKING_LIMIT_BYTES = 128 * 1024 * 1024
_FATAL_ONLY = 4


class OnnxModel:
    """A session of ONNX Runtime behind the LoadedModel port."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._run: Callable[..., list[NDArray[Any]]]
        if has_bfloat16(session):
            self._run = lambda names, inputs, _: run_with_bfloat16(session, names, inputs)
        else:
            # What `InferenceSession.run` calls, once it has looked at names that are checked here already.
            self._run = session._sess.run  # noqa: SLF001

    def predict(self, inputs: Mapping[str, NDArray[Any]], output_names: Sequence[str]) -> list[NDArray[Any]]:
        """The named outputs, in that order. Raises RuntimeError from the runtime's error."""
        try:
            return self._run(output_names, inputs, None)
        except RUNTIME_ERRORS as error:
            raise RuntimeError(f"{type(error).__name__}: {error}") from error


class OnnxModelLoader:
    """Creates sessions from artefacts that `folder` fetches and checks; 0 threads are those of the memory."""

    def __init__(self, folder: ArtefactFolder, *, intra_op_threads: int) -> None:
        self._folder = folder
        self._intra_op_threads = intra_op_threads or threads_by_memory()

    def load(self, model: str, version: ReleasedVersion) -> OnnxModel:
        """Fetch the artefact, check its digests, create the session. Raises ModelNotReady."""
        try:
            onnx_file = self._folder.fetch(version.artefact)
            options = self.session_options(version.artefact)
            return OnnxModel(onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"]))
        except StoreUnavailable as error:
            raise ModelNotReady(model, version.number, str(error)) from error
        except OSError as error:
            raise ModelNotReady(model, version.number, "its artefact could not be written to disk") from error
        except RUNTIME_ERRORS as error:
            raise ModelNotReady(model, version.number, "ONNX Runtime refused the artefact") from error

    def session_options(self, artefact: Artefact) -> onnxruntime.SessionOptions:
        """How a session for this artefact is to run."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._intra_op_threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # What goes wrong comes as an exception; the runtime's own lines would only lie between the records.
        options.log_severity_level = _FATAL_ONLY
        if len(artefact.files) > 1 and artefact.size_bytes >= _PREPACKING_LIMIT_BYTES:
            options.add_session_config_entry("session.disable_prepacking", "1")
        return options
