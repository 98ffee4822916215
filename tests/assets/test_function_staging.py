"""What a function's own asset holds."""

import io
import zipfile
from pathlib import Path

from infra.assets.function_code import function_names, function_sources, stage_function
from sluice.local.lambda_control.function_code import build_package

_CHECKOUT = Path(__file__).resolve().parents[2]


def a_checkout(root: Path) -> Path:
    names = ("functions/__init__.py", "functions/common.py", "functions/one/handler.py", "functions/two/handler.py")
    package = (
        "sluice/__init__.py",
        "sluice/local/plane.py",
        "sluice/cli/main.py",
        "sluice/client/sync.py",
        "sluice/rules/local.py",
    )
    leftovers = ("functions/one/__pycache__/handler.pyc", "functions/not_ready/settings.py")
    for name in (*names, *(f"shared/{each}" for each in package), *leftovers):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_function_gets_its_own_folder_what_all_share_and_the_package(tmp_path: Path) -> None:
    stage_function("one", a_checkout(tmp_path / "checkout"), tmp_path / "asset")

    shared = {"functions/__init__.py", "functions/common.py", "sluice/__init__.py", "sluice/rules/local.py"}
    assert names_in(tmp_path / "asset") == shared | {"functions/one/handler.py"}


def test_a_folder_without_an_entry_point_is_no_function(tmp_path: Path) -> None:
    assert function_names(a_checkout(tmp_path)) == ["one", "two"]


def test_all_functions_together_hold_what_the_local_plane_deploys() -> None:
    staged = {name for each in function_names(_CHECKOUT) for name, _ in function_sources(each, _CHECKOUT)}
    with zipfile.ZipFile(io.BytesIO(build_package(_CHECKOUT))) as package:
        assert staged == set(package.namelist())
