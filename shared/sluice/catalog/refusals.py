"""What the loser of a race is told: built from what the registry holds, by every registry alike."""

from collections.abc import Mapping

from sluice.catalog.approval import ALLOWED_MOVES, ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.version_document import differing_fields
from sluice.errors import IllegalApproval, ModelVersionTaken, NotApproved, UnknownModelVersion


def number_taken(version: ModelVersion, stored: ModelVersion) -> ModelVersionTaken:
    """The number holds another version, or this very one (then nothing but who and when can differ)."""
    differs = ", ".join(differing_fields(version, stored)) or "registration"
    return ModelVersionTaken(version.model, version.number, differs)


def approval_moved(
    version: ModelVersion, stored: ModelVersion | None, wanted: ApprovalState
) -> IllegalApproval | UnknownModelVersion:
    """The approval is no longer what the writer had read."""
    if stored is None:
        return UnknownModelVersion(version.model, str(version.number))
    state = stored.approval.state
    return IllegalApproval(f"{version.model} version {version.number}", state, wanted, ALLOWED_MOVES[state])


def unapproved(model: str, found: Mapping[int, ModelVersion | None]) -> NotApproved | None:
    """Every version that a release names and may not, or None if all are approved."""
    states = {number: each.approval.state.value if each else "not registered" for number, each in found.items()}
    wrong = [f"{number}: {state}" for number, state in sorted(states.items()) if state != ApprovalState.APPROVED]
    return NotApproved(model, wrong) if wrong else None
