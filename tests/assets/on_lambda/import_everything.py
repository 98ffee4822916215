"""Import every module below the given folders; answer with those that could be imported."""

import importlib
import io
import json
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

warnings.simplefilter("ignore")
imported = []
for root in map(Path, json.load(sys.stdin)["roots"]):
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if name.endswith("__main__"):
            continue
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                importlib.import_module(name)
        except BaseException:  # noqa: BLE001 - some modules need packages that no layer has; one ends the process
            continue
        imported.append(name)
print(json.dumps(imported))
