"""MLServer with a model that gives its inputs back: `python -m tests.clients.mlserver_echo PORT`."""

import asyncio
import sys
from tempfile import TemporaryDirectory

from mlserver import MLModel, MLServer, Settings
from mlserver.settings import ModelSettings
from mlserver.types import InferenceRequest, InferenceResponse, MetadataTensor, ResponseOutput


class Echo(MLModel):  # type: ignore[misc]  # mlserver is installed in its own environment only
    """Takes whatever it is given."""

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """The inputs."""
        outputs = [
            ResponseOutput(name=each.name, shape=each.shape, datatype=each.datatype, data=each.data)
            for each in payload.inputs
        ]
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=outputs)


async def serve(port: int, folder: str) -> None:
    """Until somebody ends it."""
    settings = Settings(
        host="127.0.0.1",
        http_port=port,
        grpc_port=0,
        metrics_port=0,
        parallel_workers=0,
        environments_dir=folder,
        metrics_dir=folder,
    )
    inputs = [
        MetadataTensor(name="x", datatype="FP32", shape=[-1, 2]),
        MetadataTensor(name="t", datatype="BYTES", shape=[-1]),
    ]
    await MLServer(settings).start([ModelSettings(name="echo", implementation=Echo, inputs=inputs, outputs=inputs)])


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        asyncio.run(serve(int(sys.argv[1]), scratch))
