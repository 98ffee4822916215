"""What may change of a namespace, and when. Units that are in an experiment must stay where they are.

| member | may change |
|---|---|
| description, quarantine_days | always |
| holdout_bps, precedence, seed, unit_type | while no experiment runs in it |

With another seed or unit type nobody's slot is what it was, so nothing rests any longer.
"""

from dataclasses import replace

from sluice.errors import MoveRefused
from sluice.experiments.namespace import Namespace

_OF_THE_DRAW = ("unit_type", "seed")
_FIXED_WHILE_RUNNING = (*_OF_THE_DRAW, "holdout_bps", "precedence")


def redefine(present: Namespace, wanted: Namespace) -> Namespace:
    """The namespace with what a person wrote in `wanted`. Raises MoveRefused, which names the member."""
    changed = [name for name in _FIXED_WHILE_RUNNING if getattr(wanted, name) != getattr(present, name)]
    if changed and present.owned:
        running = ", ".join(one.experiment for one in present.owned)
        raise MoveRefused(present.subject, f"change {', '.join(changed)}", f"experiments run in it: {running}")
    quarantined = () if set(changed) & set(_OF_THE_DRAW) else present.quarantined
    return replace(wanted, owned=present.owned, quarantined=quarantined, revision=present.revision + 1)


def set_holdout(present: Namespace, holdout_bps: int) -> Namespace:
    """Another share that is kept out of everything. Raises MoveRefused while an experiment runs."""
    return replace(present.with_holdout(holdout_bps), revision=present.revision + 1)
