"""JSON schemas of rollouts, as `rollouts/rollout_view.py` and `rollouts/plan_document.py` spell them."""

from functions.control.schema_parts import BPS, COUNT, INSTANT, TEXT, WHY, YES, Schema, closed, list_of, ref
from sluice.rollouts.state import Phase, Wish

_MAYBE_INSTANT: Schema = {"type": ["string", "null"], "format": "date-time"}
_POSITION: Schema = {"type": "integer", "minimum": -1}
_SIDE = closed({"function_version": TEXT, "release": COUNT})
_VIEW = {
    "model": TEXT,
    "rollout_id": TEXT,
    "plan": TEXT,
    "phase": {"enum": [each.value for each in Phase]},
    "step": _POSITION,
    "step_count": COUNT,
    "weight_bps": BPS,
    "stable": _SIDE,
    "candidate": _SIDE,
    "started": closed({"by": TEXT, "at": INSTANT, "why": TEXT}),
    "step_started_at": _MAYBE_INSTANT,
    "seconds_left": {"type": ["integer", "null"], "minimum": 0},
    "is_paused": YES,
    "is_asking": YES,
    "wish": {"enum": [each.value for each in Wish]},
    "approvals": {"type": "object", "additionalProperties": list_of(TEXT)},
    "gates_passed": list_of({"type": "integer", "minimum": 0}),
    "lease_until": _MAYBE_INSTANT,
    "closed_at": _MAYBE_INSTANT,
    "closing_reason": TEXT,
    "epoch": {"type": "integer", "minimum": 0},
    "revision": COUNT,
}
_CHAPTER = closed(
    {
        "seq": COUNT,
        "at": INSTANT,
        "type": TEXT,
        "headline": TEXT,
        "reasons": list_of(TEXT),
        "judgements": list_of({"type": "object"}),
    }
)

ROLLOUT_SCHEMAS: dict[str, Schema] = {
    "Rollout": closed(_VIEW),
    "Rollouts": closed({"rollouts": list_of(ref("Rollout"))}),
    "RolloutStory": closed({**_VIEW, "story": list_of(_CHAPTER)}),
    "StartRollout": closed(
        {
            "rollout_id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,59}$"},
            "plan": {"type": "object", "description": "as docs/rollouts.md says"},
            "why": WHY,
        },
        {"release": COUNT, "function_version": TEXT},
    ),
}
