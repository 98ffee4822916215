"""Why a unit got what it got: a closed set, in the order in which the rules are asked.

| rule | reason | the unit gets | analysed |
|---|---|---|---|
| 1 kill switch: the experiment was stopped | KILL_SWITCH | the release's default | no |
| 2 override: somebody forced a variant for this unit | OVERRIDE | that variant | no |
| 3 sticky: the unit was assigned before, and its slot still belongs to the experiment | STORED | that variant | yes |
| 4 holdout: the unit is kept out of the whole namespace | HOLDOUT | the release's default | no |
| 5 namespace: its slot belongs to another experiment or to none | NOT_IN_NAMESPACE | the default | no |
| 6 eligibility: the condition does not hold | NOT_ELIGIBLE | the default | no |
| 6 an attribute that decides the condition is missing | ATTRIBUTE_MISSING | the default | no |
| 7 coverage: the experiment does not take this unit yet | NOT_COVERED | the default | no |
| 8 arm: the unit's slot of the arm draw | BUCKETED | its variant | yes |

Three stand beside the rules: FALLBACK, where the unit's state could not be read or written in time (the computed
variant serves, and is not analysed); NO_UNIT, where the request names none or one of another type; NOT_RUNNING,
where somebody asks about an experiment that takes no units.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why. Only BUCKETED and STORED enter analysis."""

    KILL_SWITCH = "KILL_SWITCH"
    OVERRIDE = "OVERRIDE"
    STORED = "STORED"
    HOLDOUT = "HOLDOUT"
    NOT_IN_NAMESPACE = "NOT_IN_NAMESPACE"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    ATTRIBUTE_MISSING = "ATTRIBUTE_MISSING"
    NOT_COVERED = "NOT_COVERED"
    BUCKETED = "BUCKETED"
    FALLBACK = "FALLBACK"
    NO_UNIT = "NO_UNIT"
    NOT_RUNNING = "NOT_RUNNING"


ANALYSED = frozenset({Reason.BUCKETED, Reason.STORED})
