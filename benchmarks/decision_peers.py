"""The same decision by the Python SDKs of others, each in a process of its own, and one SHA-256 for scale.

Wants a quiet machine: a call that outlasts the scheduler's time slice also pays for its neighbours, and only slow
peers have such calls.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.stopwatch import time_in_turns

_ROOT = Path(__file__).parents[1]
_ENVIRONMENT = Path("build") / "bench-peers" / "decision"
_SCRIPTS = ("growthbook_decision", "unleash_decision", "statsig_decision", "planout_decision")


@dataclass(frozen=True, slots=True)
class PeerFigure:
    """Median microseconds of one SDK: one experiment, a hundred for one unit, one of a thousand that run.

    `thousand_us` is None where the SDK keeps no set of running experiments. In all of them the caller names the
    experiment; which of the thousand applies is not theirs to find.
    """

    name: str
    version: str
    one_us: float
    hundred_us: float
    thousand_us: float | None
    note: str


def peer_figures() -> list[PeerFigure]:
    """Those of every peer that runs here, timed now; the others are named on standard error, with the reason."""
    if not _install():
        return []
    return [figure for script in _SCRIPTS if (figure := _figure(script)) is not None]


def sha256_us() -> float:
    """The median of one SHA-256 over a salt and a unit, timed now."""
    unit = b"experiment:checkout:1\x1fuser\x1funit-123456"
    timings = time_in_turns({"sha256": lambda: sha256(unit).digest()}, rounds=20, calls_per_round=1_000)
    return timings["sha256"].median_us


def _install() -> bool:
    """By the Makefile, which has the one recipe."""
    made = _run("make", "--no-print-directory", str(_ENVIRONMENT / "installed"))
    if made.returncode:
        _say("the peers are left out", "`make bench-peers` installs them", made.stderr)
    return made.returncode == 0


def _figure(script: str) -> PeerFigure | None:
    python = _ROOT / _ENVIRONMENT / "bin" / "python"
    done = _run(str(python), "-m", f"benchmarks.peers.{script}")
    if done.returncode:
        _say(f"{script} is left out", "it failed", done.stderr)
        return None
    return PeerFigure(**json.loads(done.stdout.splitlines()[-1]))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    return subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)


def _say(what: str, why: str, detail: str) -> None:
    sys.stderr.write(f"{what}: {why}\n{detail}")
