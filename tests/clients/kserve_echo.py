"""KServe's server with a model that gives its inputs back: `python -m tests.clients.kserve_echo PORT`."""

import sys
from typing import Any

from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer

INPUTS = [
    {"name": "x", "datatype": "FP32", "shape": [-1, 2]},
    {"name": "t", "datatype": "BYTES", "shape": [-1]},
]


class Echo(Model):  # type: ignore[misc]  # kserve is installed in its own environment only
    """Takes whatever it is given."""

    def load(self) -> bool:
        """Nothing to load."""
        self.ready = True
        return True

    async def get_input_types(self) -> list[dict[str, Any]]:
        """For the metadata."""
        return INPUTS

    async def get_output_types(self) -> list[dict[str, Any]]:
        """For the metadata."""
        return INPUTS

    async def predict(self, payload: InferRequest, headers: Any = None, response_headers: Any = None) -> InferResponse:
        """The inputs, in the form in which they came."""
        outputs = []
        for each in payload.inputs:
            output = InferOutput(each.name, list(each.shape), each.datatype)
            output.set_data_from_numpy(each.as_numpy(), binary_data=payload.from_grpc)
            outputs.append(output)
        return InferResponse(payload.id, self.name, outputs, use_binary_outputs=payload.use_binary_outputs)


if __name__ == "__main__":
    model = Echo("echo")
    model.load()
    ModelServer(http_port=int(sys.argv[1]), workers=1, enable_grpc=False).start([model])
