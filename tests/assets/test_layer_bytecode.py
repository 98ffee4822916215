"""Bytecode on a small tree, compiled and run by the interpreter that it is for."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.assets.bytecode import CompilationFailed, compile_tree
from infra.assets.target_python import TargetPython

_SOURCE = 'NAMES = frozenset({"one", "two", "three"})\n\ndef fail():\n    raise ValueError\n'
_SHOWN_AS = "/opt/python"


def a_compiled_tree(root: Path, python: TargetPython) -> Path:
    (root / "pack").mkdir(parents=True)
    (root / "pack" / "__init__.py").write_text(_SOURCE)
    compile_tree(python, root, shown_as=_SHOWN_AS)
    return root


def bytecode_in(tree: Path) -> dict[str, bytes]:
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*.pyc")}


def output_of(python: TargetPython, tree: Path, code: str) -> str:
    command = [str(python.path), "-B", "-S", "-c", code]
    done = subprocess.run(command, cwd=tree, env={"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_bytecode_is_used_whatever_the_age_of_its_source(tmp_path: Path, python_313: TargetPython) -> None:
    tree = a_compiled_tree(tmp_path, python_313)
    source = tree / "pack" / "__init__.py"
    source.write_text("NAMES = 'compiled again'\n")
    os.utime(source, (0, 0))

    assert "three" in output_of(python_313, tree, "import pack; print(sorted(pack.NAMES))")


def test_bytecode_knows_where_its_source_lies_on_lambda_and_not_here(tmp_path: Path, python_313: TargetPython) -> None:
    [bytecode] = bytecode_in(a_compiled_tree(tmp_path, python_313)).values()

    assert f"{_SHOWN_AS}/pack/__init__.py".encode() in bytecode
    assert str(tmp_path).encode() not in bytecode


def test_the_same_sources_give_the_same_bytecode_wherever_they_lie(tmp_path: Path, python_313: TargetPython) -> None:
    one = a_compiled_tree(tmp_path / "one", python_313)
    other = a_compiled_tree(tmp_path / "quite" / "another", python_313)

    assert bytecode_in(one) == bytecode_in(other)
    assert set(bytecode_in(one)) == {"pack/__pycache__/__init__.cpython-313.pyc"}


def test_a_source_that_does_not_compile_stops_the_build(tmp_path: Path, python_313: TargetPython) -> None:
    (tmp_path / "broken.py").write_text("def (:\n")

    with pytest.raises(CompilationFailed, match=r"broken\.py"):
        compile_tree(python_313, tmp_path, shown_as=_SHOWN_AS)
