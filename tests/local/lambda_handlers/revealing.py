"""A function that shows its process: environment variables, working folder, search path, pid."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], context: Any) -> Any:
    """What this process sees."""
    return {
        "variables": dict(os.environ),
        "folder": str(Path.cwd()),
        "path": sys.path,
        "pid": os.getpid(),
        "group": os.getpgid(0),
        "temporary": tempfile.gettempdir(),
    }
