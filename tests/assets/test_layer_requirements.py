"""The lock files of the layers: what the project needs, as it is tested, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_CHECKOUT = Path(__file__).resolve().parents[2]
_SETS = sorted(path.name for path in (_CHECKOUT / "layers").iterdir() if path.is_dir())
_LAMBDA = {
    "python_version": "3.13",
    "python_full_version": "3.13.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def lines_of(path: Path) -> list[str]:
    """Requirements, one a line, without comments and hashes."""
    text = path.read_text().replace("\\\n", "")
    return [line.split("--hash")[0].strip() for line in text.splitlines() if line and not line.startswith("#")]


def names_in(path: Path) -> list[str]:
    return [canonicalize_name(Requirement(line).name) for line in lines_of(path)]


def pins_in(path: Path) -> dict[str, str]:
    """Name and version of what the file pins for Lambda's platform."""
    requirements = [Requirement(line) for line in lines_of(path)]
    wanted = [it for it in requirements if it.marker is None or it.marker.evaluate(_LAMBDA)]
    return {canonicalize_name(it.name): str(it.specifier) for it in wanted}


def locked(name: str) -> Path:
    return _CHECKOUT / "layers" / name / "requirements.txt"


def test_the_sets_together_ask_for_what_the_project_depends_on() -> None:
    project = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text())["project"]
    asked = [name for each in _SETS for name in names_in(_CHECKOUT / "layers" / each / "requirements.in")]

    assert sorted(asked) == sorted(canonicalize_name(Requirement(it).name) for it in project["dependencies"])


def test_no_package_comes_in_two_layers() -> None:
    names = [name for each in _SETS for name in pins_in(locked(each))]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", _SETS)
def test_a_layer_holds_the_versions_that_are_tested(name: str) -> None:
    tested = pins_in(_CHECKOUT / "requirements" / "run.txt")

    assert pins_in(locked(name)).items() <= tested.items()


@pytest.mark.parametrize("name", _SETS)
def test_everything_that_a_set_asks_for_is_locked(name: str) -> None:
    assert set(names_in(_CHECKOUT / "layers" / name / "requirements.in")) <= pins_in(locked(name)).keys()


@pytest.mark.parametrize("name", _SETS)
def test_every_requirement_is_pinned_by_hash(name: str) -> None:
    entries = locked(name).read_text().replace("\\\n", "").splitlines()

    assert all(re.fullmatch(r"[a-z0-9-]+==\S+( +--hash=sha256:[0-9a-f]{64})+", entry) for entry in entries)


def test_what_is_left_out_is_in_no_layer() -> None:
    left_out = {name for path in (_CHECKOUT / "layers").glob("*/excluded.in") for name in names_in(path)}

    assert left_out
    assert not left_out & {name for each in _SETS for name in pins_in(locked(each))}


def test_no_file_of_the_layers_names_an_index() -> None:
    texts = [path.read_text() for path in (_CHECKOUT / "layers").rglob("*") if path.suffix in (".in", ".txt", ".toml")]

    assert not [text for text in texts if re.search(r"://|--(extra-)?index|--find-links", text)]
