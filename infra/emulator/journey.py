"""What is shown: deploy, serve, experiment, deploy under a canary, roll out, tear down; each step is checked."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.emulator.cdk import Cdk, DeploymentFailed
from infra.emulator.commands import Sluice
from infra.emulator.experiment_journey import ExperimentJourney
from infra.emulator.rollout_journey import RolloutJourney

_MODEL = "breast-cancer"
_FOLDER = "examples/breast-cancer/v1"
_NEXT_FOLDER = "examples/breast-cancer/v2"
_REQUEST = "examples/breast-cancer/request.json"
_PREDICT = ("predict", _MODEL, "--model-version", "1", "--request", _REQUEST)


class NotAsPromised(Exception):
    """A step did not do what it claims; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Journey:
    """`say` takes one line per step; `deployed` and `local` are two targets of one command."""

    cdk: Cdk
    deployed: Sluice
    local: Sluice
    experiments: ExperimentJourney
    say: Callable[[str], None]

    def run(self, assets: Path, changed_root: Path) -> None:
        """Raises NotAsPromised, DeploymentFailed, CommandFailed, or what experiments raise, at the first failure."""
        self._serve()
        self.experiments.run(_MODEL, self.cdk.checkout / _REQUEST)
        self._deploy_changed_code(_changed(assets, changed_root / "first"))
        self._deploy_under_a_canary(_changed(assets, changed_root / "second"))
        self._deploy_with_a_shift(_changed(assets, changed_root / "third"))
        RolloutJourney(self.deployed, self.say).run(_MODEL, _NEXT_FOLDER)
        self.cdk.destroy()
        self.say("torn down again")

    def _serve(self) -> None:
        _require("no release" in self.deployed.refusal(*_PREDICT), "a function without a release must say so")
        self.deployed.ask("model", "register", _FOLDER)
        self.deployed.ask("model", "approve", _MODEL, "1", "--why", "meets the holdout target")
        self.deployed.ask("release", "publish", _MODEL)
        self.say(f"registered, approved and published {_MODEL} 1")
        self._compare_predictions()

    def _compare_predictions(self) -> None:
        here, there = self.local.ask(*_PREDICT), self.deployed.ask(*_PREDICT)
        _require(here["outputs"] == there["outputs"], f"the local plane answers {here}, the deployed stack {there}")
        self.say("one signed prediction through its HTTP API and alias equals the local plane's, bit for bit")

    def _deploy_changed_code(self, assets: Path) -> None:
        before = self._alias()
        self._deploy(assets, shifts=False)
        _require(self._alias() == before, f"the alias moved from {before} to {self._alias()}")
        self.say(f"deployed changed code: the alias stands where it stood, {_told(before)}")

    def _deploy_under_a_canary(self, assets: Path) -> None:
        newest = self._newest_function_version()
        self.deployed.ask("alias", "shift", _MODEL, "--to", newest, "--weight", "10%")
        before = self._alias()
        try:
            self._deploy(assets, shifts=True)
        except DeploymentFailed as refusal:
            _require("rollout" in str(refusal), f"refused for another reason: {refusal}")
        else:
            raise NotAsPromised("a deployment under an open canary was not refused")
        _require(self._alias() == before, f"the canary {before} became {self._alias()}")
        self.say(f"deployed changed code under a canary: refused, and the canary still stands, {_told(before)}")
        self._compare_predictions()
        self.deployed.ask("alias", "shift", _MODEL, "--abort")

    def _deploy_with_a_shift(self, assets: Path) -> None:
        self._deploy(assets, shifts=True)
        newest = self._newest_function_version()
        alias = self._alias()
        _require(
            alias["stable"]["function_version"] == newest, f"function version {newest} exists, the alias is {alias}"
        )
        self.say(f"deployed changed code with leave to shift: all traffic goes to it, {_told(alias)}")
        self._compare_predictions()

    def _deploy(self, assets: Path, *, shifts: bool) -> None:
        self.cdk.deploy(f"assets={assets}", f"allow-shift={str(shifts).lower()}")

    def _alias(self) -> Any:
        return self.deployed.ask("alias", "show", _MODEL)

    def _newest_function_version(self) -> str:
        releases = self.deployed.ask("release", "list", _MODEL)
        numbers = [int(number) for release in releases for number in release["function_versions"]]
        return str(max(numbers))


def _changed(assets: Path, copy: Path) -> Path:
    """The same assets with one more file in every function: other code as far as AWS can tell."""
    shutil.copytree(assets, copy)
    for function in (copy / "functions").iterdir():
        (function / "CHANGED").write_text(copy.name)
    return copy


def _told(alias: Any) -> str:
    stable, candidate = alias["stable"], alias["candidate"]
    share = f", {candidate['weight_bps']} bps on {candidate['function_version']}" if candidate else ""
    return f"stable on function version {stable['function_version']}{share}"


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise NotAsPromised(otherwise)
