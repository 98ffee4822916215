"""Put the inference function together over given content, and answer the given events."""

import json
import sys
from base64 import b64decode
from types import SimpleNamespace

from functions.inference.composition import build_handler
from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore

given = json.load(sys.stdin)
store = MemoryContentStore()
for kind, content in given["contents"]:
    store.put(kind, b64decode(content))
handler = build_handler(InferenceSettings(**given["settings"]), content=store, write_line=lambda line: None)
context = SimpleNamespace(function_version="7", aws_request_id="lambda-request")
print(json.dumps([handler(event, context) for event in given["events"]]))
