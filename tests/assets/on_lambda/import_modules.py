"""Import every module of the given names; answer with those that could be imported."""

import importlib
import io
import json
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout

warnings.simplefilter("ignore")
imported = []
for name in json.load(sys.stdin)["names"]:
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            importlib.import_module(name)
    except BaseException:  # noqa: BLE001 - some modules need packages that no layer has; one ends the process
        continue
    imported.append(name)
print(json.dumps(imported))
