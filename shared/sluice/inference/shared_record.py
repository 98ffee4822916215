"""What a record shares with those of like requests: rendered once, which is most of what a record says."""

from functools import lru_cache
from typing import Any

import orjson

from sluice.inference.record_facts import EnvironmentFacts
from sluice.inference.record_metrics import counts_of, definitions
from sluice.inference.served_release import ServedRelease, ServedVersion

SCHEMA = 1
# Clients may send any media type and name any version: the least recent ones are forgotten.
_LIKE_REQUESTS_REMEMBERED = 256


@lru_cache(maxsize=_LIKE_REQUESTS_REMEMBERED)
def shared_members(
    facts: EnvironmentFacts,
    release: ServedRelease | None,
    version: ServedVersion | None,
    reason: str | None,
    asked: tuple[str | None, ...],
    measured: tuple[int, bool, bool, tuple[str, ...]],
) -> bytes:
    """The beginning of a JSON object: it stops before the timestamp, or for a call of our own after its last member.

    `asked` is what `_asked` names; `measured` are the status, whether it is a cold start and a call of our own, and the
    members that are measured beside what every record counts.
    """
    status, is_cold, is_own, names = measured
    counts = counts_of(status, is_cold=is_cold)
    members = {**_environment(facts, release, version), **_asked(asked), "reason": reason, "status": status, **counts}
    if not is_own:
        metrics = definitions(facts.metrics_namespace, (*counts, *names), has_version=version is not None)
        members["_aws"] = {"CloudWatchMetrics": metrics, "Timestamp": 0}
    known = orjson.dumps({name: value for name, value in members.items() if value is not None})
    return known[:-1] if is_own else known.removesuffix(b"0}}")


def _environment(
    facts: EnvironmentFacts, release: ServedRelease | None, version: ServedVersion | None
) -> dict[str, Any]:
    members: dict[str, Any] = {
        "record": "inference",
        "schema": SCHEMA,
        "model": facts.model,
        "runtime_version": facts.runtime_version,
        "cpu_family": facts.cpu_family,
    }
    if release is not None:
        members |= {"release": release.number, "release_digest": release.digest}
    if version is not None:
        released = version.released
        members |= {"model_version": str(released.number), "artefact_digest": released.artefact.digest}
    return members


def _asked(asked: tuple[str | None, ...]) -> dict[str, Any]:
    names = ("function_version", "requested_model", "requested_model_version", "protocol", "media_type", "json_bytes")
    return dict(zip(names, asked, strict=True))
