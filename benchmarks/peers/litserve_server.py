"""LitServe with one worker on the CPU; its model always runs in a process of its own."""

from typing import Any

import litserve

from benchmarks.peers.trees import MODEL, PORT, Trees


class TreesApi(litserve.LitAPI):  # type: ignore[misc]  # litserve is installed in its own environment only
    """The protocol is ours; LitServe has none."""

    def setup(self, device: str) -> None:
        """Once per worker."""
        self.trees = Trees()

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        """As it came."""
        return request

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        """All outputs."""
        return self.trees.answer(request)

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return output


if __name__ == "__main__":
    api = TreesApi(api_path=f"/v2/models/{MODEL}/infer")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=PORT, num_api_servers=1, log_level="warning", generate_client_file=False)
