"""Asking the advisory services. Not being able to ask is an answer of its own, never "nothing found"."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from infra.supply_chain.pins import Pin


@dataclass(frozen=True, slots=True)
class Findings:
    """`vulnerable`: one line for each package and advisory; `not_asked`: one line for each thing left in the dark."""

    vulnerable: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


def audit_python(pins: Iterable[Pin]) -> Findings:
    """Ask about every pin, by the command `pip-audit`."""
    answers = [_ask_about(group) for group in _one_version_each(pins)]
    return Findings(
        [it for each in answers for it in each.vulnerable], [it for each in answers for it in each.not_asked]
    )


def read_python_answer(document: Any) -> Findings:
    """`pip-audit` skips what the service does not know, and would call that a success."""
    packages = document["dependencies"]
    skipped = [f"{it['name']}: {it['skip_reason']}" for it in packages if "skip_reason" in it]
    found = [f"{it['name']} {it['version']}: {bug['id']}" for it in packages for bug in it.get("vulns", ())]
    return Findings(found, skipped)


def audit_node(folder: Path) -> Findings:
    """Ask about the lock file of an npm project."""
    try:
        answer = _run(["npm", "audit", "--package-lock-only", "--json"], folder)
    except FileNotFoundError:
        return Findings(not_asked=["npm is not installed"])
    return read_node_answer(json.loads(answer or "{}"))


def read_node_answer(document: Any) -> Findings:
    """A refusal of the service is a document too, without `vulnerabilities`."""
    if "vulnerabilities" not in document:
        return Findings(not_asked=[f"npm: {document.get('message', 'no answer')}"])
    found = document["vulnerabilities"].items()
    return Findings([f"{name} {it['range']}: {it['severity']}" for name, it in found])


def _ask_about(group: list[Pin]) -> Findings:
    command = [str(Path(sys.executable).parent / "pip-audit"), "--no-deps", "--disable-pip", "--format", "json"]
    with NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("".join(f"{pin.name}=={pin.package_version}\n" for pin in group))
        listing.flush()
        answer = _run([*command, "--progress-spinner", "off", "--requirement", listing.name])
    if not answer:
        return Findings(not_asked=[f"{pin.name} {pin.package_version}: no answer" for pin in group])
    return read_python_answer(json.loads(answer))


def _one_version_each(pins: Iterable[Pin]) -> list[list[Pin]]:
    """Groups in which no package comes twice, for that is what `pip-audit` takes."""
    groups: list[dict[str, Pin]] = []
    for pin in sorted(pins):
        group = next((it for it in groups if pin.name not in it), None)
        if group is None:
            groups.append(group := {})
        group[pin.name] = pin
    return [list(group.values()) for group in groups]


def _run(command: list[str], folder: Path | None = None) -> str:
    """What it prints; its exit status says less than that."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout
