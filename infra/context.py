"""What `-c name=value` on the command line chooses, checked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.declarations.environment import Architecture, Environment
from infra.declarations.refusal import InvalidDeclaration
from infra.environments import ENVIRONMENTS, environment_named

_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Choice:
    """The environment to build, and the folder with what `make assets` built."""

    environment: Environment
    assets: Path


def choice_from(context: Callable[[str], Any]) -> Choice:
    """`context` gives a value by name, or None. Raises InvalidDeclaration, naming what is allowed.

    Names: `env`; and if wanted `architecture`, `allow-shift` (true, false) and `assets` (a folder).
    """
    environment = environment_named(
        _one_of("env", context("env"), ENVIRONMENTS),
        architecture=_optional("architecture", context("architecture"), Architecture),
        shifts_on_deploy=_TRUTH.get(_optional("allow-shift", context("allow-shift"), _TRUTH) or ""),
    )
    return Choice(environment, Path(context("assets") or "build"))


def _optional(name: str, found: object, allowed: Any) -> str | None:
    return None if found is None else _one_of(name, found, allowed)


def _one_of(name: str, found: object, allowed: Any) -> str:
    word = str(found).lower()
    if word not in list(allowed):
        raise InvalidDeclaration(f"-c {name}", found, f"one of {', '.join(allowed)}")
    return word
