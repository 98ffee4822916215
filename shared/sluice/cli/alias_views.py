"""Who gets the traffic of a model, as a JSON document and as a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.catalog.ports import Registry
from sluice.catalog.release import ReleaseBinding
from sluice.cli.output import table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console


def alias_document(model: str, alias: AliasState, registry: Registry) -> dict[str, Any]:
    """The alias with the release and default model version behind each function version."""
    bindings = {each.function_version: each for each in registry.list_bindings(model)}
    stable_bps = ALL_BPS - alias.candidate_weight_bps if alias.candidate_version else ALL_BPS
    candidate = alias.candidate_version
    return {
        "model": model,
        "alias": alias.name,
        "function_name": alias.function_name,
        "stable": _arm(registry, bindings, alias.stable_version, stable_bps),
        "candidate": _arm(registry, bindings, candidate, alias.candidate_weight_bps) if candidate else None,
        "revision_id": alias.revision_id,
    }


def render_alias(document: Mapping[str, Any], console: "Console") -> None:
    """One line per function version that gets traffic."""
    arms = [(role, document[role]) for role in ("stable", "candidate") if document[role]]
    rows = (
        (role, arm["function_version"], percent(arm["weight_bps"]), arm["release"], arm["default_model_version"])
        for role, arm in arms
    )
    console.print(f"{document['function_name']}:{document['alias']}")
    console.print(table(["", "Function version", "Traffic", "Release", "Default model version"], rows))


def _arm(
    registry: Registry, bindings: Mapping[str, ReleaseBinding], function_version: str, weight_bps: int
) -> dict[str, Any]:
    binding = bindings.get(function_version)
    release = registry.find_release(binding.model, binding.release) if binding else None
    return {
        "function_version": function_version,
        "weight_bps": weight_bps,
        "release": release.number if release else None,
        "default_model_version": release.content.default_version if release else None,
    }
