"""Finding the interpreter, among scripts that say what interpreters say."""

from pathlib import Path

import pytest

from infra.assets.target_python import UnusablePython, find_target_python


def a_python(path: Path, answer: str, *, status: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {answer}\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def running(tmp_path: Path) -> Path:
    return a_python(tmp_path / "venv" / "python", "cpython final 3.11.7")


def test_a_shim_that_cannot_run_is_passed_over(tmp_path: Path, running: Path) -> None:
    shim = a_python(tmp_path / "shims" / "python3.13", "command not found", status=127)
    real = a_python(tmp_path / "bin" / "python3.13", "cpython final 3.13.7")

    found = find_target_python({"PATH": f"{shim.parent}:{real.parent}", "HOME": str(tmp_path)}, running=running)

    assert found is not None
    assert (found.path, found.version) == (real, "3.13.7")


def test_an_interpreter_behind_a_shim_is_found_in_pyenvs_own_folder(tmp_path: Path, running: Path) -> None:
    real = a_python(tmp_path / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3.13", "cpython final 3.13.0")

    found = find_target_python({"PATH": "", "HOME": str(tmp_path)}, running=running)

    assert found is not None
    assert found.path == real


def test_the_interpreter_that_runs_this_is_taken_if_it_fits(tmp_path: Path) -> None:
    running = a_python(tmp_path / "python", "cpython final 3.13.5")

    found = find_target_python({"HOME": str(tmp_path)}, running=running)

    assert found is not None
    assert found.path == running


@pytest.mark.parametrize("answer", ["cpython final 3.12.1", "pypy final 3.13.0", "cpython candidate 3.13.0", "python"])
def test_another_interpreter_is_none(tmp_path: Path, running: Path, answer: str) -> None:
    other = a_python(tmp_path / "bin" / "python3.13", answer)

    assert find_target_python({"PATH": str(other.parent), "HOME": str(tmp_path)}, running=running) is None


def test_the_variable_comes_first(tmp_path: Path, running: Path) -> None:
    on_path = a_python(tmp_path / "bin" / "python3.13", "cpython final 3.13.7")
    named = a_python(tmp_path / "elsewhere" / "python", "cpython final 3.13.1")

    found = find_target_python({"PATH": str(on_path.parent), "PYTHON313": str(named)}, running=running)

    assert found is not None
    assert found.path == named


def test_a_variable_that_names_another_interpreter_is_refused(tmp_path: Path, running: Path) -> None:
    named = a_python(tmp_path / "python", "cpython final 3.12.1")

    with pytest.raises(UnusablePython, match="PYTHON313"):
        find_target_python({"PYTHON313": str(named)}, running=running)
