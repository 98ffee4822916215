"""Requests of a rehearsal: real HTTP to the plane's gateway, one after the other, the same ones for the same seed."""

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from sluice.errors import NotAvailable

_BODIES = 200
_NOISE = 0.5
_TIMEOUT_SECONDS = 30.0
_HEADERS = {"content-type": "application/json"}


class Traffic:
    """Clients of one model, who have `sent` so many requests. Close it when done."""

    def __init__(self, gateway_url: str, model: str, bodies: Sequence[bytes], *, seed: int) -> None:
        address = urlsplit(gateway_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_SECONDS)
        self._path = f"/v2/models/{model}/infer"
        self._bodies = bodies
        self.sent = 0
        self._draws = Random(f"traffic:{seed}")  # noqa: S311 - a rehearsal

    def send(self, count: int) -> None:
        """Ask so many times; what is answered is for the records to say. Raises NotAvailable without a gateway."""
        try:
            for _ in range(count):
                self._connection.request("POST", self._path, self._draws.choice(self._bodies), _HEADERS)
                self._connection.getresponse().read()
                self.sent += 1
        except OSError as error:
            raise NotAvailable(f"the gateway of the rehearsal does not answer: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def bodies_like(request_file: Path, golden_file: Path, *, seed: int) -> Sequence[bytes]:
    """Requests as in the file, with rows that are noisy copies of the golden examples' single rows."""
    request = json.loads(request_file.read_text())
    tensor = request["inputs"][0]
    rows = [np.ravel(it["inputs"][tensor["name"]]) for it in json.loads(golden_file.read_text())]
    single = [row for row in rows if row.size == len(tensor["data"])]
    draws = np.random.default_rng(seed)
    return [_body(request, single[position % len(single)], draws) for position in range(_BODIES)]


def _body(request: Mapping[str, Any], row: "np.ndarray[Any, Any]", draws: np.random.Generator) -> bytes:
    noisy = np.clip(row + draws.normal(0.0, _NOISE, row.shape), row.min(), row.max())
    tensor = {**request["inputs"][0], "data": [round(float(it), 3) for it in noisy]}
    return json.dumps({**request, "inputs": [tensor]}).encode()
