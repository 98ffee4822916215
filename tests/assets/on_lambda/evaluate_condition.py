"""Compile the given CEL condition over the given types; answer whether it holds for each of the given attributes."""

import json
import sys

from sluice.adapters.cel_conditions import CelLanguage
from sluice.experiments.attributes import AttributeType

given = json.load(sys.stdin)
language = CelLanguage({name: AttributeType(kind) for name, kind in given["schema"].items()})
condition = language.compile(given["text"])
print(json.dumps([condition.holds(language.facts(attributes)) for attributes in given["attributes"]]))
