"""The manifest: what `model.yaml` may say, field by field."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat
from pydantic_core import PydanticCustomError

LARGEST_VERSION = 9_999_999_999

_NAME = r"[a-z][a-z0-9-]{0,38}[a-z0-9]"


def _matching(pattern: str, words: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise PydanticCustomError("allowed", "{words}", {"words": words})
        return text

    return check


def _distinct(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PydanticCustomError("allowed", "each name once, not {twice} twice", {"twice": ", ".join(twice)})
    return names


def _ascending(numbers: list[float]) -> list[float]:
    for before, after in pairwise(numbers):
        if not before < after:
            words = "numbers that grow, not {after} after {before}"
            raise PydanticCustomError("allowed", words, {"before": before, "after": after})
    return numbers


def _tensor_values(value: Any) -> Any:
    if isinstance(value, list):
        return [_tensor_values(inner) for inner in value]
    if not isinstance(value, bool | int | float | str):
        raise PydanticCustomError("allowed", "nested lists of numbers, texts, true and false")
    return value


Text = Annotated[str, AfterValidator(_matching(r"(?s).*\S.*", "text that is not empty"))]
ModelName = Annotated[
    str, AfterValidator(_matching(_NAME, "2-40 of a-z, 0-9 and '-', from a letter to a letter or digit"))
]
Sha256 = Annotated[str, AfterValidator(_matching(r"[0-9a-f]{64}", "64 hexadecimal digits (SHA-256)"))]
Commit = Annotated[str, AfterValidator(_matching(r"([0-9a-f]{7,64})?", "7-64 hexadecimal digits, or '' if unknown"))]
Parent = Annotated[str, AfterValidator(_matching(rf"{_NAME}/[1-9][0-9]*", "a model version as name/number"))]
TensorValues = Annotated[Any, AfterValidator(_tensor_values)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ModelSection(_Section):
    """The facts of the model, whichever version serves it."""

    name: ModelName
    owner: Text
    description: str
    risk_tier: Literal["low", "medium", "high"]
    latency_budget_ms: int = Field(ge=1)


class LineageSection(_Section):
    """Where the artefact came from."""

    training_data_uri: Text
    training_data_digest: Sha256
    code_commit: Commit
    parents: list[Parent] = []


class GoldenSection(_Section):
    """Inputs with the outputs that they must give."""

    name: Text
    inputs: dict[str, TensorValues] = Field(min_length=1)
    outputs: dict[str, TensorValues] = Field(min_length=1)
    tolerance: FiniteFloat = Field(ge=0)


class OutputReferenceSection(_Section):
    """How one output was distributed when the version was made: bins, by the values between which they lie."""

    edges: Annotated[list[FiniteFloat], AfterValidator(_ascending)] = Field(min_length=2, max_length=101)


class ReferenceSection(_Section):
    """What later predictions are compared with; frozen with the version."""

    outputs: dict[str, OutputReferenceSection] = Field(min_length=1)


class Manifest(_Section):
    """A whole `model.yaml`, with the files that it names read in: golden examples, card."""

    model: ModelSection
    version: int | None = Field(default=None, ge=1, le=LARGEST_VERSION)
    artefact: Text
    feature_names: Annotated[list[Text], AfterValidator(_distinct)] = []
    output_meaning: dict[str, Text]
    lineage: LineageSection
    metrics: dict[str, FiniteFloat] = {}
    reference: ReferenceSection | None = None
    golden_examples: list[GoldenSection] = Field(min_length=1)
    card: Text
