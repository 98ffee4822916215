"""MLServer with a runtime of one's own: no process pool, which would only add to its CPU time."""

from tempfile import TemporaryDirectory

import uvloop
from mlserver import MLModel, MLServer, Settings
from mlserver.codecs import NumpyCodec
from mlserver.settings import ModelSettings
from mlserver.types import InferenceRequest, InferenceResponse

from benchmarks.peers.trees import MODEL, PORT, Trees


class TreesModel(MLModel):  # type: ignore[misc]  # mlserver is installed in its own environment only
    """Decodes and encodes by MLServer's own codecs."""

    async def load(self) -> bool:
        """Once, when the server starts."""
        self.trees = Trees()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """All outputs."""
        outputs = self.trees.predict(NumpyCodec.decode_input(payload.inputs[0]))
        encoded = [NumpyCodec.encode_output(name, array) for name, array in outputs.items()]
        return InferenceResponse(model_name=self.name, outputs=encoded)


async def _serve(folder: str) -> None:
    settings = Settings(
        host="127.0.0.1",
        http_port=PORT,
        grpc_port=0,
        metrics_port=0,
        parallel_workers=0,
        environments_dir=folder,
        metrics_dir=folder,
    )
    await MLServer(settings).start([ModelSettings(name=MODEL, implementation=TreesModel)])


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        uvloop.run(_serve(scratch))
