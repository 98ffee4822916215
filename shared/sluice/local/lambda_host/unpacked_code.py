"""Unpacked code on disk, once per CodeSha256, for as long as the host runs."""

import asyncio
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from sluice.local.lambda_control.function import FunctionCode
from sluice.local.lambda_control.function_code import unpack


class CodeFolders:
    """A temporary folder with one folder per deployment package, and a /tmp for each environment."""

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="sluice-lambda-"))
        self._unpacking: dict[str, asyncio.Task[Path]] = {}

    async def folder_of(self, code: FunctionCode) -> Path:
        """Where the package lies, unpacked by the first caller. Raises UnsafePackage."""
        task = self._unpacking.get(code.code_sha256)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._unpack, code))
            self._unpacking[code.code_sha256] = task
        return await asyncio.shield(task)

    def new_scratch(self) -> Path:
        """A fresh folder that one environment takes for its /tmp."""
        return Path(tempfile.mkdtemp(prefix="tmp-", dir=self._root))

    async def remove(self) -> None:
        """Delete everything; nothing may run in it any more."""
        await asyncio.to_thread(shutil.rmtree, self._root, ignore_errors=True)

    def _unpack(self, code: FunctionCode) -> Path:
        folder = self._root / f"code-{sha256(code.zip_bytes).hexdigest()[:16]}"
        unpack(code.zip_bytes, folder)
        return folder
