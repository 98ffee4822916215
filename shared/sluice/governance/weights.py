"""Who gets a model's traffic, as records tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sluice.catalog.alias import AliasState


@dataclass(frozen=True, slots=True)
class Weights:
    """Who gets a model's traffic: an alias without its names, with the release of each function version it knows."""

    stable_version: str
    candidate_version: str | None
    candidate_weight_bps: int
    revision_id: str = ""
    releases: Mapping[str, int] = field(default_factory=dict)


def weights_of(alias: AliasState, releases: Mapping[str, int]) -> Weights:
    """What a record says of an alias; only the releases of its own function versions are kept."""
    named = {alias.stable_version, alias.candidate_version}
    known = {version: release for version, release in releases.items() if version in named}
    return Weights(
        alias.stable_version, alias.candidate_version, alias.candidate_weight_bps, alias.revision_id, releases=known
    )


def weights_from_document(document: Mapping[str, Any]) -> Weights:
    """The alias of a record's document. Raises KeyError or TypeError for another document."""
    return Weights(**{each.name: document[each.name] for each in fields(Weights)})
