"""The servers whose CPU time is compared: each a script of `benchmarks/peers` in an environment of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.example_event import MODEL

ROOT = Path(__file__).parents[1]
_ENVIRONMENTS = ROOT / "build" / "bench-peers"
INFER_PATH = f"/v2/models/{MODEL}/infer"


@dataclass(frozen=True, slots=True)
class ServerCommand:
    """How a server is started; `package` is what its version is asked of, in the environment of `python`.

    The port is in the variable BENCH_PORT, and in place of "{port}" among the arguments.
    """

    name: str
    python: Path
    arguments: tuple[str, ...]
    package: str

    def is_installed(self) -> bool:
        """Whether its environment was made, by `make bench-peers`."""
        return self.python.exists()

    def version(self) -> str:
        """The version of its package."""
        ask = f"import importlib.metadata; print(importlib.metadata.version({self.package!r}))"
        return subprocess.run([self.python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def _peer(name: str, environment: str, package: str, *arguments: str) -> ServerCommand:
    return ServerCommand(name, _ENVIRONMENTS / environment / "bin" / "python", arguments, package)


def _ours(name: str, mode: str) -> ServerCommand:
    return ServerCommand(name, Path(sys.executable), ("-m", "benchmarks.local_plane_server", mode), "sluice")


OURS = (
    _ours("Sluice, local plane in one process, handlers on the gateway's thread", "loop"),
    _ours("Sluice, local plane in one process, handlers on threads", "threads"),
)
FASTAPI = _peer("FastAPI + uvicorn", "fastapi", "uvicorn", "-m", "benchmarks.peers.fastapi_uvicorn", "lean")
FASTAPI_STANDARD = _peer(
    "FastAPI + uvicorn, with uvloop and httptools",
    "fastapi",
    "uvicorn",
    "-m",
    "benchmarks.peers.fastapi_uvicorn",
    "standard",
)
KSERVE = _peer("KServe", "kserve", "kserve", "-m", "benchmarks.peers.kserve_server")
MLSERVER = _peer("MLServer", "mlserver", "mlserver", "-m", "benchmarks.peers.mlserver_server")
LITSERVE = _peer("LitServe", "litserve", "litserve", "-m", "benchmarks.peers.litserve_server")
_BENTO = "benchmarks.peers.bentoml_server:TreesService"
BENTOML = _peer("BentoML", "bentoml", "bentoml", "-m", "bentoml", "serve", _BENTO, "--host=127.0.0.1", "--port={port}")

PEERS = (FASTAPI, FASTAPI_STANDARD, KSERVE, MLSERVER, LITSERVE, BENTOML)
