"""Approve, reject or retire a model version, with a name and a reason."""

from dataclasses import dataclass, replace

from sluice.catalog.approval import Approval, ApprovalState, HistoryEvent, check_move
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.errors import StillServed, UnknownModel, UnknownModelVersion
from sluice.usecases.who_and_why import check_who_and_why


@dataclass(frozen=True, slots=True)
class Decision:
    """What someone decides about a version, and why."""

    state: ApprovalState
    by: str
    why: str


def decide_approval(
    model: str, number: int, *, decision: Decision, registry: Registry, publisher: FunctionPublisher, clock: Clock
) -> ModelVersion:
    """Move the version to `decision.state` and append it to the history; return the version as it then is.

    Raises UnknownModel, UnknownModelVersion, InvalidRequest without a name or a reason, IllegalApproval (also for
    the loser of two simultaneous decisions), StillServed for retiring what the live alias serves.
    """
    check_who_and_why(decision.by, decision.why)
    version = registry.find_version(model, number)
    if version is None:
        raise UnknownModelVersion(model, str(number)) if registry.find_model(model) else UnknownModel(model)
    subject = f"{model} version {number}"
    check_move(subject, version.approval.state, decision.state)
    if decision.state is ApprovalState.RETIRED:
        _check_not_served(subject, version, registry, publisher)
    approval = Approval(decision.state, decision.by, clock.now(), decision.why)
    event = HistoryEvent(model, number, decision.state.value, approval.by, approval.at, approval.why)
    registry.change_approval(version, approval, expected=version.approval.state, event=event)
    return replace(version, approval=approval)


def _check_not_served(subject: str, version: ModelVersion, registry: Registry, publisher: FunctionPublisher) -> None:
    alias = publisher.alias(version.model)
    if alias is None:
        return
    served = {alias.stable_version, alias.candidate_version}
    for binding in registry.list_bindings(version.model):
        release = registry.find_release(version.model, binding.release)
        if binding.function_version in served and release and version.number in release.content.versions:
            where = f"release {release.number} (function version {binding.function_version}) under alias {alias.name}"
            raise StillServed(subject, where)
