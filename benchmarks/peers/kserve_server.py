"""KServe's model server with a model of one's own: REST only, one worker, else as it is shipped."""

from typing import Any

from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer
from kserve.utils.utils import generate_uuid

from benchmarks.peers.trees import MODEL, PORT, Trees


class TreesModel(Model):  # type: ignore[misc]  # kserve is installed in its own environment only
    """Decodes and encodes by KServe's own codecs."""

    def load(self) -> bool:
        """Called by hand: the server does not."""
        self.trees = Trees()
        self.ready = True
        return self.ready

    async def predict(self, payload: InferRequest, headers: Any = None, response_headers: Any = None) -> InferResponse:
        """On the server's loop: a thread would cost more."""
        outputs = []
        for name, array in self.trees.predict(payload.inputs[0].as_numpy()).items():
            output = InferOutput(name, list(array.shape), {"int64": "INT64", "float32": "FP32"}[array.dtype.name])
            output.set_data_from_numpy(array, binary_data=False)
            outputs.append(output)
        return InferResponse(payload.id or generate_uuid(), self.name, outputs)


if __name__ == "__main__":
    model = TreesModel(MODEL)
    model.load()
    ModelServer(http_port=PORT, workers=1, enable_grpc=False).start([model])
