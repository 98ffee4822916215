"""What makes a build new, on a checkout with one small function and no layers."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.assets.fingerprint import fingerprint_of
from infra.assets.target_python import TargetPython
from infra.assets.workshop import Workshop
from infra.declarations.environment import Architecture


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("numpy==1\n")
    return path


def test_the_same_inputs_have_the_same_fingerprint(requirements: Path) -> None:
    files = [("requirements", requirements)]

    assert fingerprint_of(["arm64", "3.13.0"], files) == fingerprint_of(["arm64", "3.13.0"], files)


def test_a_changed_file_changes_it(requirements: Path) -> None:
    files = [("requirements", requirements)]
    before = fingerprint_of(["arm64"], files)

    requirements.write_text("numpy==2\n")

    assert fingerprint_of(["arm64"], files) != before


@pytest.mark.parametrize("facts", [["x86_64", "3.13.0"], ["arm64", "3.13.7"], ["arm64", "none"], ["arm643.13.0"]])
def test_another_architecture_or_interpreter_changes_it(requirements: Path, facts: list[str]) -> None:
    files = [("requirements", requirements)]

    assert fingerprint_of(facts, files) != fingerprint_of(["arm64", "3.13.0"], files)


def test_where_a_file_lies_in_the_asset_changes_it(requirements: Path) -> None:
    assert fingerprint_of([], [("a", requirements)]) != fingerprint_of([], [("b", requirements)])


def a_workshop(root: Path) -> Workshop:
    handler = root / "checkout" / "functions" / "one" / "handler.py"
    handler.parent.mkdir(parents=True)
    handler.write_text("VALUE = 1\n")
    return Workshop(root / "checkout", root / "out", Architecture.ARM64, None)


def test_changed_code_is_staged_anew(tmp_path: Path) -> None:
    workshop = a_workshop(tmp_path)
    workshop.build_functions()
    source = workshop.checkout / "functions" / "one" / "handler.py"

    source.write_text("VALUE = 2\n")
    workshop.build_functions()

    assert (workshop.out / "functions" / "one" / "functions" / "one" / "handler.py").read_text() == "VALUE = 2\n"


def test_functions_without_bytecode_are_staged_anew_once_there_is_an_interpreter(
    tmp_path: Path, python_313: TargetPython
) -> None:
    workshop = a_workshop(tmp_path)
    without = workshop.build_functions()

    with_bytecode = replace(workshop, python=python_313).build_functions()

    assert with_bytecode["one"].digest != without["one"].digest
    assert list((workshop.out / "functions").rglob("handler.cpython-313.pyc"))
