"""The breast-cancer trees of `examples/`, released into memory, and one request for them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from functions.inference.composition import Handler, build_handler
from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.model_version import Artefact, ArtefactFile
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.release_document import content_to_bytes

FOLDER = Path(__file__).parents[1] / "examples" / "breast-cancer"
MODEL_FILE = FOLDER / "v2" / "model.onnx"
BODY = (FOLDER / "request.json").read_text()
