"""Before a candidate gets traffic: it answers golden examples, so that clients meet no cold and no broken function."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from sluice.catalog.fidelity import deviation
from sluice.catalog.model_version import GoldenExample, ModelVersion
from sluice.catalog.ports import Registry
from sluice.errors import CandidateFailed, InvalidTensor, UnknownModelVersion, UnknownRelease
from sluice.inference.own_answer import input_tensor, nested_array, output_array, status_and_document
from sluice.inference.own_call import OwnCall, Purpose, infer_event
from sluice.rollouts.ports import CandidateCalls
from sluice.rollouts.state import RolloutState

_WARM_UP = OwnCall(Purpose.WARM_UP)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many calls were answered rightly, and how many examples JSON cannot carry (NaN, infinity, FP16)."""

    answered: int = 0
    left_out: int = 0

    def __add__(self, other: "WarmUp") -> "WarmUp":
        return WarmUp(self.answered + other.answered, self.left_out + other.left_out)


def warm_rollout(state: RolloutState, *, registry: Registry, calls: CandidateCalls, environments: int = 1) -> WarmUp:
    """Warm the candidate of a rollout with the examples of every version that its release loads at the start.

    Raises CandidateFailed, UnknownRelease, UnknownModelVersion.
    """
    release = registry.find_release(state.model, state.candidate_release)
    if release is None:
        raise UnknownRelease(state.model, state.candidate_release)
    done = WarmUp()
    for number in dict.fromkeys((release.content.default_version, *release.content.preload)):
        version = registry.find_version(state.model, number)
        if version is None:
            raise UnknownModelVersion(state.model, str(number))
        done += warm_candidate(version, state.candidate_version, calls=calls, environments=environments)
    return done


def warm_candidate(
    version: ModelVersion, function_version: str, *, calls: CandidateCalls, environments: int = 1
) -> WarmUp:
    """Ask the function version for every golden example of the model version, `environments` calls at a time.

    So many at once start as many environments of AWS Lambda, unless one is free again before the last call comes.
    Raises CandidateFailed for an error, a refusal, and an answer that is not within the example's tolerance.
    """
    examples = [it for it in (_prepared(version, each) for each in version.golden_examples) if it is not None]
    asked = list(islice(cycle(examples), max(len(examples), environments)))
    with ThreadPoolExecutor(environments, "warm-up") as pool:
        for outcome in [pool.submit(_ask, it, version, function_version, calls) for it in asked]:
            outcome.result()
    return WarmUp(len(asked), len(version.golden_examples) - len(examples))


@dataclass(frozen=True, slots=True)
class _Prepared:
    example: GoldenExample
    body: bytes
    expected: Mapping[str, NDArray[Any]]


def _prepared(version: ModelVersion, example: GoldenExample) -> _Prepared | None:
    inputs = {spec.name: spec for spec in version.signature.inputs}
    outputs = {spec.name: spec for spec in version.signature.outputs}
    try:
        tensors = [input_tensor(inputs[name], nested_array(inputs[name], it)) for name, it in example.inputs.items()]
        expected = {name: nested_array(outputs[name], it) for name, it in example.outputs.items()}
    except InvalidTensor:
        return None
    return _Prepared(example, orjson.dumps({"inputs": tensors}, option=orjson.OPT_SERIALIZE_NUMPY), expected)


def _ask(prepared: _Prepared, version: ModelVersion, function_version: str, calls: CandidateCalls) -> None:
    event = infer_event(version.model, prepared.body, _WARM_UP, model_version=str(version.number))
    answer = calls.invoke(version.model, function_version, event)
    for problem in _problems(answer, prepared, version):
        raise CandidateFailed(function_version, f"golden example {prepared.example.name!r}: {problem}")


def _problems(answer: Mapping[str, Any], prepared: _Prepared, version: ModelVersion) -> Iterator[str]:
    try:
        status, document = status_and_document(answer)
    except ValueError as error:
        yield str(error)
        return
    if status != 200:
        yield f"it answered {status}: {document.get('error') if isinstance(document, Mapping) else document}"
        return
    yield from _differences(document, prepared, version)


def _differences(document: Any, prepared: _Prepared, version: ModelVersion) -> Iterator[str]:
    for spec in version.signature.outputs:
        if spec.name not in prepared.expected:
            continue
        try:
            found = output_array(spec, document)
        except InvalidTensor as error:
            yield str(error)
            continue
        difference = deviation(prepared.expected[spec.name], np.asarray(found), prepared.example.tolerance)
        if difference is not None:
            yield f"output {spec.name!r}: {difference}"
