"""The table in `docs/client.md` has a row for every test of a client, and names the versions that are installed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]
_PAGE = (_CHECKOUT / "docs" / "client.md").read_text(encoding="utf-8")
_CLIENTS = ("curl", "kserve", "mlflow", "mlserver", "own_elsewhere", "triton")


def names_of(client: str) -> Iterator[str]:
    module = ast.parse((Path(__file__).parent / f"test_clients_{client}.py").read_text(encoding="utf-8"))
    return (node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_every_test_is_a_row_and_every_row_a_test() -> None:
    rows = re.findall(r"\| yes \| `(test_\w+)` \|$", _PAGE, re.MULTILINE)

    assert sorted(rows) == sorted(name for client in _CLIENTS for name in names_of(client))


@pytest.mark.parametrize(
    ("lock", "package", "shown"),
    [
        ("together", "tritonclient", r"tritonclient\[http\]"),
        ("together", "mlserver", "MLServer"),
        ("together", "mlflow-skinny", "`ScoringServerClient`"),
        ("kserve", "kserve", "`InferenceRESTClient`"),
    ],
)
def test_versions_are_those_that_are_installed(lock: str, package: str, shown: str) -> None:
    locked = (_CHECKOUT / "requirements" / f"clients-{lock}.txt").read_text(encoding="utf-8")

    [version] = re.findall(rf"^{package}==([\d.]+)", locked, re.MULTILINE)

    assert set(re.findall(rf"{shown} (\d[\d.]*\d)", _PAGE)) == {version}
