"""Register a model version: check everything, then write, so that a refusal leaves no trace."""

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sluice.catalog.approval import HistoryEvent
from sluice.catalog.artefact_files import copy_artefact
from sluice.catalog.manifest_file import ManifestFile, read_manifest
from sluice.catalog.manifest_version import (
    DOCUMENT_LIMIT_BYTES,
    disagreements,
    document_size_bytes,
    model_of,
    pending_version,
)
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.ports import ArtefactInspector, ContentStore, Registry
from sluice.catalog.refusals import number_taken
from sluice.clock import Clock
from sluice.errors import ArtefactRefused, InvalidManifest, ModelVersionTaken

_NUMBER_TRIES = 20


def register_model(
    folder_or_manifest: Path,
    *,
    registry: Registry,
    content: ContentStore,
    inspector: ArtefactInspector,
    clock: Clock,
    by: str,
) -> ModelVersion:
    """Register what a `model.yaml` describes, under its number or the next free one.

    The same promise again, under the same number or as the newest, is accepted and gives the stored version.
    Raises InvalidManifest, ArtefactRefused, FidelityMismatch, ModelVersionTaken, StoreUnavailable.
    """
    source = read_manifest(folder_or_manifest)
    with TemporaryDirectory() as folder:
        version = _inspected(source, Path(folder), inspector, by=by, clock=clock)
        version = replace(version, number=source.manifest.version or 0)
        if stored := _same_promise(version, registry):
            _save_model(model_of(source.manifest), registry, by=by, clock=clock)
            return stored
        for file in version.artefact.files:
            content.put("artefacts", (Path(folder) / file.path).read_bytes())
    _save_model(model_of(source.manifest), registry, by=by, clock=clock)
    return _add(_dated(version, clock.now()), registry)


def _inspected(
    source: ManifestFile, folder: Path, inspector: ArtefactInspector, *, by: str, clock: Clock
) -> ModelVersion:
    try:
        externals = inspector.external_files(source.onnx_file)
        artefact = copy_artefact(source.onnx_file, externals, folder=folder)
        copy = folder / artefact.files[0].path
        signature = inspector.read_signature(copy)
        version = pending_version(source.manifest, artefact, signature, by=by, at=clock.now())
        _check_agreement(source, version)
        inspector.check_fidelity(copy, version.golden_examples)
    except ArtefactRefused as refusal:  # the copy's path says nothing to anybody
        raise ArtefactRefused(str(source.onnx_file), refusal.rule) from refusal
    return version


def _dated(version: ModelVersion, at: datetime) -> ModelVersion:
    """Registered when it is written, after its model: the history is read in the order of its instants."""
    return replace(version, registered_at=at, approval=replace(version.approval, at=at))


def _check_agreement(source: ManifestFile, version: ModelVersion) -> None:
    problems = disagreements(source.manifest, version.signature)
    size_bytes = document_size_bytes(version)
    if size_bytes > DOCUMENT_LIMIT_BYTES:
        limits = f"{size_bytes} bytes of manifest, golden examples and card, allowed: {DOCUMENT_LIMIT_BYTES} in all"
        problems.append(f"the manifest: found {limits}")
    if problems:
        raise InvalidManifest(str(source.path), problems)


def _same_promise(version: ModelVersion, registry: Registry) -> ModelVersion | None:
    """The stored version that promises the same, or None if the number is free. Raises ModelVersionTaken."""
    number = version.number or registry.latest_version_number(version.model)
    stored = registry.find_version(version.model, number) if number else None
    if stored is None or stored.manifest_digest == version.manifest_digest:
        return stored
    if version.number:
        raise number_taken(version, stored)
    return None


def _add(version: ModelVersion, registry: Registry) -> ModelVersion:
    """Add under the number asked for, or under the next free one however many others register at once."""
    for _ in range(_NUMBER_TRIES):
        number = version.number or registry.latest_version_number(version.model) + 1
        numbered = replace(version, number=number)
        try:
            registry.add_version(numbered, _event(numbered))
        except ModelVersionTaken:
            if stored := _same_promise(version, registry):
                return stored
        else:
            return numbered
    raise ModelVersionTaken(version.model, number, f"artefact, after {_NUMBER_TRIES} tries for a free number")


def _event(version: ModelVersion) -> HistoryEvent:
    why = f"artefact {version.artefact.digest}"
    return HistoryEvent(version.model, version.number, "registered", version.registered_by, version.registered_at, why)


def _save_model(model: Model, registry: Registry, *, by: str, clock: Clock) -> None:
    stored = registry.find_model(model.name)
    if stored == model:
        return
    action, why = "model created", ""
    if stored:
        before, after = asdict(stored), asdict(model)
        action = "model changed"
        why = ", ".join(f"{name}: {before[name]} → {after[name]}" for name in after if after[name] != before[name])
    registry.save_model(model, HistoryEvent(model.name, None, action, by, clock.now(), why))
