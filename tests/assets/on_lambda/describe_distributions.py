"""Answer with every distribution's name and version, and the names of the given group's entry points that load."""

import json
import sys
from importlib.metadata import distributions, entry_points

found = {it.name: it.version for it in distributions()}
loaded = [point.name for point in entry_points(group=json.load(sys.stdin)["group"]) if callable(point.load())]
print(json.dumps({"distributions": found, "entry_points": loaded}))
