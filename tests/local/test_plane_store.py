"""The data directory: one plane at a time, and documents that are replaced whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sluice.clock import SystemClock
from sluice.errors import StoreUnavailable
from sluice.local.data_directory import DataDirectory, DataDirectoryTaken, FunctionsUnreadable
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.kept_functions import kept_functions
from tests.local.conftest import no_file_may_exceed

SETTINGS = FunctionSettings("python3.11", "arn:aws:iam::000000000000:role/local", "a.handler")
PACKAGE = zip_of({"a.py": b"def handler(event, context): ..."})


@contextmanager
def opened(path: Path) -> Iterator[DataDirectory]:
    store = DataDirectory(path)
    try:
        yield store
    finally:
        store.close()


def functions_in(store: DataDirectory | None) -> LambdaFunctions:
    return kept_functions(store, region="eu-central-1", account_id="000000000000", clock=SystemClock())


def test_a_directory_serves_one_plane_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(DataDirectoryTaken, match="in use by another local plane"):
        DataDirectory(tmp_path)
    with opened(tmp_path):
        pass


def test_a_document_is_read_back_and_the_last_one_counts(tmp_path: Path) -> None:
    with opened(tmp_path / "new") as store:
        assert store.load_functions() is None
        store.save_functions({"n": 1})
        store.save_functions({"n": 2})

    with opened(tmp_path / "new") as store:
        assert store.load_functions() == {"n": 2}
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["functions.json", "journal", "lock"]


def test_a_document_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save_functions({"n": 1})

        with no_file_may_exceed(100), pytest.raises(StoreUnavailable, match="File too large"):
            store.save_functions({"n": "x" * 1000})

        assert store.load_functions() == {"n": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["functions.json", "journal", "lock"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format":2,"state":{}}', b'{"format":1,"state":{}}'])
def test_a_file_of_functions_that_is_not_ours_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "functions.json").write_bytes(content)

    with opened(tmp_path) as store, pytest.raises(FunctionsUnreadable, match=r"functions\.json"):
        functions_in(store)


def test_functions_are_on_disk_when_their_change_returns(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        functions_in(store).create_function("f", SETTINGS, zip_bytes=PACKAGE, publish=True)

        assert [function.name for function in functions_in(store).list_functions()] == ["f"]
        assert functions_in(store).get_version("f", "1").code.zip_bytes == PACKAGE


def test_a_change_that_cannot_be_saved_does_not_happen(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        functions = functions_in(store)

        with no_file_may_exceed(10), pytest.raises(StoreUnavailable):
            functions.create_function("f", SETTINGS, zip_bytes=PACKAGE)

        assert functions.list_functions() == []


def test_without_a_directory_functions_live_in_memory() -> None:
    functions = functions_in(None)

    functions.create_function("f", SETTINGS, zip_bytes=PACKAGE)

    assert [function.name for function in functions.list_functions()] == ["f"]
