"""What a model takes and gives, as the Open Inference Protocol's metadata."""

from collections.abc import Iterable
from typing import Any

from sluice.catalog.signature import TensorSpec
from sluice.inference.served_release import ServedRelease

PLATFORM = "onnx_onnxv1"


def describe_model(release: ServedRelease, model: str, model_version: str | None) -> dict[str, Any]:
    """Metadata of the version that the URL means. Raises UnknownModel, UnknownModelVersion.

    `versions` lists what is served here; with a version in the URL it is that version alone.
    """
    chosen = release.choose(model, model_version).version.released
    served = sorted(release.content.versions) if model_version is None else [chosen.number]
    return {
        "name": model,
        "versions": [str(number) for number in served],
        "platform": PLATFORM,
        "inputs": _tensors(chosen.signature.inputs),
        "outputs": _tensors(chosen.signature.outputs),
    }


def _tensors(specs: Iterable[TensorSpec]) -> list[dict[str, Any]]:
    return [{"name": spec.name, "datatype": spec.datatype, "shape": list(spec.shape)} for spec in specs]
