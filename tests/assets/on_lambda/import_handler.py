"""Import a function's entry point, as Lambda does; answer whether it can be called, and what it was loaded from."""

import importlib
import json
import sys

module = importlib.import_module(json.load(sys.stdin)["module"])
print(json.dumps({"callable": callable(module.handler), "bytecode": module.__cached__}))
