"""What the registry holds, version by version, and what of it can be asked for predictions: one page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sluice.catalog.approval import Approval, ApprovalState
from sluice.catalog.model import Model
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import InvalidRequest, UnknownFunction
from sluice.usecases.served_versions import releases_with_traffic

PAGE_ENTRIES = 500
PAGE_MODELS = 100
"""Of each model the alias is read too, and what it points to."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """`reason` says why it is ready, or what is still missing."""

    model: str
    model_version: int
    is_ready: bool
    reason: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """`next_start` is what the next page begins after, None for the last."""

    entries: Sequence[IndexEntry]
    next_start: str | None


def index_page(
    *, registry: Registry, publisher: FunctionPublisher, start: str | None = None, only_ready: bool = False
) -> IndexPage:
    """Models by name, of each the newest version first. Reads in proportion to the page, not to the registry.

    Of a model without versions nothing is told. Raises InvalidRequest for a `start` that no page gave,
    StoreUnavailable.
    """
    after_model, before = _start_of(start)
    # No version is older than 1, so of a model that ended a page with 0 nothing is left.
    models = [each for each in registry.list_models() if (each.name, before or 0) > (after_model, 0)]
    entries: list[IndexEntry] = []
    for count, model in enumerate(models):
        if count == PAGE_MODELS:
            return IndexPage(entries, f"{models[count - 1].name}/0")
        room = PAGE_ENTRIES - len(entries)
        newer_than = before if model.name == after_model else None
        found = list(_entries_of(model, newer_than, room + 1, registry, publisher, only_ready=only_ready))
        entries += found[:room]
        if len(found) > room:
            return IndexPage(entries, f"{entries[-1].model}/{entries[-1].model_version}")
    return IndexPage(entries, None)


def entry_of(model: str, number: int, approval: Approval, traffic: Mapping[int, str]) -> IndexEntry:
    """How one version stands; `traffic` says of versions with traffic in which release they are."""
    if number in traffic:
        return IndexEntry(model, number, is_ready=True, reason=traffic[number])
    return IndexEntry(model, number, is_ready=False, reason=_why_not(model, approval))


def traffic_of(model: str, *, registry: Registry, publisher: FunctionPublisher) -> Mapping[int, str]:
    """The versions that a release with traffic holds, each with that release."""
    try:
        alias = publisher.alias(model)
    except UnknownFunction:
        return {}
    found: dict[int, str] = {}
    for release, where in releases_with_traffic(model, alias, registry) if alias else ():
        if release is not None:
            for number in release.content.versions:
                found.setdefault(number, f"release {release.number} has it, {where}")
    return found


def _entries_of(
    model: Model,
    before: int | None,
    limit: int,
    registry: Registry,
    publisher: FunctionPublisher,
    *,
    only_ready: bool,
) -> Iterator[IndexEntry]:
    traffic = traffic_of(model.name, registry=registry, publisher=publisher)
    if only_ready:
        numbers = sorted((each for each in traffic if before is None or each < before), reverse=True)
        yield from (IndexEntry(model.name, each, is_ready=True, reason=traffic[each]) for each in numbers[:limit])
        return
    for number, approval in registry.newest_approvals(model.name, limit=limit, before=before):
        yield entry_of(model.name, number, approval, traffic)


def _why_not(model: str, approval: Approval) -> str:
    if approval.state is ApprovalState.PENDING:
        return "it waits for approval"
    if approval.state is ApprovalState.APPROVED:
        return f"it is approved; it serves once a release with it has traffic: `sluice release publish {model}`"
    return f"{approval.state} by {approval.by}: {approval.why}"


def _start_of(start: str | None) -> tuple[str, int | None]:
    if start is None:
        return "", None
    model, _, number = start.rpartition("/")
    if not model or not number.isdecimal() or len(number) > 10:
        raise InvalidRequest(f"sluice_next == {start!r}, must be what the page before said")
    return model, int(number)
