"""Deployment packages."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from sluice.local.lambda_control.function_code import UnsafePackage, build_package, unpack, zip_of


def a_checkout(root: Path) -> Path:
    for name in (
        "functions/__init__.py",
        "functions/inference/handler.py",
        "functions/inference/__pycache__/handler.pyc",
        "shared/sluice/errors.py",
        "shared/sluice/py.typed",
        "shared/sluice/local/plane.py",
        "shared/sluice/cli/main.py",
        "tests/test_handler.py",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def names_in(package: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.namelist()


def test_package_has_functions_and_sluice_at_its_root_without_the_local_plane_and_the_command_line(
    tmp_path: Path,
) -> None:
    assert names_in(build_package(a_checkout(tmp_path))) == [
        "functions/__init__.py",
        "functions/inference/handler.py",
        "sluice/errors.py",
        "sluice/py.typed",
    ]


def test_same_files_give_the_same_bytes_wherever_and_whenever_they_were_written(tmp_path: Path) -> None:
    first = a_checkout(tmp_path / "first")
    second = a_checkout(tmp_path / "second")
    os.utime(second / "functions/inference/handler.py", (0, 0))
    (second / "shared/sluice/errors.py").chmod(0o600)

    assert build_package(first) == build_package(second)
    (second / "shared/sluice/errors.py").write_text("changed")
    assert build_package(first) != build_package(second)


def test_unpacked_files_are_what_was_packed(tmp_path: Path) -> None:
    unpack(zip_of({"sluice/errors.py": b"errors", "a.py": b""}), tmp_path)

    assert (tmp_path / "sluice/errors.py").read_bytes() == b"errors"
    assert (tmp_path / "a.py").exists()


@pytest.mark.parametrize("name", ["../a.py", "a/../../b.py", "/etc/a.py", "c:/a.py", "..\\a.py"])
def test_entry_that_leaves_the_folder_stops_the_whole_package(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "code"

    with pytest.raises(UnsafePackage):
        unpack(zip_of({"good.py": b"", name: b""}), folder)

    assert list(tmp_path.rglob("*.py")) == []


def test_link_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(UnsafePackage):
        unpack(buffer.getvalue(), tmp_path / "code")
