"""Releases as JSON documents and as tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.catalog.ports import Registry
from sluice.catalog.release import Release
from sluice.cli.output import table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console

    from sluice.usecases.publish_release import PublishedRelease


def published_document(published: "PublishedRelease") -> dict[str, Any]:
    """What `release publish` answers."""
    return release_document(published.release, [published.function_version], published.alias)


def list_document(model: str, registry: Registry, alias: AliasState | None) -> list[dict[str, Any]]:
    """Every release, with the function versions that carry it."""
    bindings = registry.list_bindings(model)
    return [
        release_document(release, [each.function_version for each in bindings if each.release == release.number], alias)
        for release in registry.list_releases(model)
    ]


def release_document(release: Release, carriers: Sequence[str], alias: AliasState | None) -> dict[str, Any]:
    """A release in short; `weight_bps` is its share of the traffic."""
    content = release.content
    return {
        "model": content.model.name,
        "release": release.number,
        "default_model_version": content.default_version,
        "preload": list(content.preload),
        "model_versions": sorted(content.versions),
        "digest": release.digest,
        "function_versions": list(carriers),
        "weight_bps": sum(_weight_bps(each, alias) for each in carriers),
        "published_by": release.published_by,
        "published_at": release.published_at.isoformat(),
        "note": release.note,
    }


def render_list(documents: Sequence[Mapping[str, Any]], console: "Console") -> None:
    """One line per release."""
    columns = ["Release", "Default", "Serves", "Function version", "Traffic", "By", "Note"]
    console.print(table(columns, map(_cells, documents)))


def render_published(document: Mapping[str, Any], console: "Console") -> None:
    """The release, and how it gets traffic if it has none."""
    render_list([document], console)
    if not document["weight_bps"]:
        [function_version] = document["function_versions"]
        command = f"sluice alias shift {document['model']} --to {function_version} --weight 10%"
        console.print(f"It gets no traffic yet: {command}", markup=False, soft_wrap=True)


def _cells(document: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(document["release"]),
        str(document["default_model_version"]),
        ", ".join(map(str, document["model_versions"])),
        ", ".join(document["function_versions"]),
        percent(document["weight_bps"]),
        document["published_by"],
        document["note"],
    )


def _weight_bps(function_version: str, alias: AliasState | None) -> int:
    if alias is None:
        return 0
    candidate_bps = alias.candidate_weight_bps if alias.candidate_version else 0
    if function_version == alias.stable_version:
        return ALL_BPS - candidate_bps
    return candidate_bps if function_version == alias.candidate_version else 0
