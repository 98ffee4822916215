"""The data directory of a plane: what outlives it, and that only one plane at a time writes there."""

import fcntl
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from sluice.errors import Conflict, StoreUnavailable
from sluice.local.aws_endpoint.journal import Journal, sync_directory

_FORMAT = 1


class DataDirectoryTaken(Conflict):
    """Another plane works on the directory."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another local plane; stop it or choose another directory")


class FunctionsUnreadable(Conflict):
    """The file of functions is not one of ours."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}; restore the file or start on an empty directory")


class DataDirectory:
    """`journal` holds moto's changes, `functions.json` the state of Lambda, `lock` keeps other planes out.

    Raises DataDirectoryTaken. The lock is the kernel's and ends with the process, however that ends.
    """

    def __init__(self, path: Path, *, fsync: bool = True) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.functions_path = path / "functions.json"
        self._fsync = fsync
        self._lock = (path / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise DataDirectoryTaken(path) from error
        self.journal = Journal(path / "journal", fsync=fsync)

    def load_functions(self) -> Mapping[str, Any] | None:
        """The document last saved; None before the first. Raises FunctionsUnreadable."""
        path = self.functions_path
        try:
            document = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except orjson.JSONDecodeError as error:
            raise FunctionsUnreadable(path, str(error)) from error
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise FunctionsUnreadable(path, f"this is not a file of format {_FORMAT}")
        saved: Mapping[str, Any] = document["state"]
        return saved

    def save_functions(self, document: Mapping[str, Any]) -> None:
        """Replace the document in one step: after a crash it is the old one or the new one. Raises StoreUnavailable."""
        content = orjson.dumps({"format": _FORMAT, "state": document})
        try:
            self._replace(self.functions_path, content)
        except OSError as error:
            raise StoreUnavailable(str(self._path), str(error.strerror)) from error

    def close(self) -> None:
        """Let another plane have the directory."""
        self.journal.close()
        self._lock.close()

    def _replace(self, path: Path, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._path, prefix=path.name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                if self._fsync:
                    os.fsync(descriptor)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        if self._fsync:
            sync_directory(self._path)
