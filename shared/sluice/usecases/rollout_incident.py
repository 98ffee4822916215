"""An incident: recorded in the ledger, told on the bus, with whom it concerns and what to read first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluice.governance.record_document import instant_text
from sluice.governance.records import IncidentOpened, RecordType
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_records import announce, facts_of, is_recorded, record


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happened; `restored_at` stays None where nothing was restored. `chapter` is the runbook's."""

    what: str
    evidence: Mapping[str, Any]
    began_at: datetime
    detected_at: datetime
    restored_at: datetime | None = None
    chapter: str = "rolled-back"


def open_incident(state: RolloutState, mishap: Mishap, *, by: str, ports: RolloutPorts) -> None:
    """Record it and tell of it; its owner is the model's."""
    if is_recorded(state, ports, RecordType.INCIDENT):
        return
    model = ports.registry.find_model(state.model)
    incident = IncidentOpened(
        **facts_of(state, by, ports),
        what=mishap.what,
        evidence=mishap.evidence,
        owner=model.owner if model else "",
        runbook=f"{ports.runbook}#{mishap.chapter}",
        began_at=mishap.began_at,
        detected_at=mishap.detected_at,
        restored_at=mishap.restored_at,
    )
    record(incident, ports)
    _tell(state, incident, ports)


def _tell(state: RolloutState, incident: IncidentOpened, ports: RolloutPorts) -> None:
    announce(
        state,
        "RolloutIncident",
        ports,
        what=incident.what,
        evidence=dict(incident.evidence),
        owner=incident.owner,
        runbook=incident.runbook,
        began_at=instant_text(incident.began_at),
        seconds_to_detect=(incident.detected_at - incident.began_at).total_seconds(),
        seconds_to_restore=(
            (incident.restored_at - incident.began_at).total_seconds() if incident.restored_at else None
        ),
    )
