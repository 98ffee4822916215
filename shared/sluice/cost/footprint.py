"""What an environment declares, as far as it costs something; and what is asked of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFootprint:
    """One function; `alarm_count` metrics are watched for it."""

    name: str
    memory_mb: int
    alarm_count: int
    starts_from_snapshot: bool = False
    provisioned_environments: int = 0


@dataclass(frozen=True, slots=True)
class Footprint:
    """An environment in one region; `alarm_count` metrics are watched beside the models'."""

    name: str
    architecture: str
    models: tuple[ModelFootprint, ...]
    key_count: int
    uses_rest_api: bool
    has_web_acl: bool
    ships_records: bool
    is_watched: bool
    alarm_count: int = 0
    polled_queue_count: int = 0
    has_failsafe: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """Requests per second over all models, evenly, for a whole month.

    `ms` is what Lambda bills for one request. `record_bytes` is what it writes; `stored_share` of the requests are of
    high risk, and their records are stored before the answer. `versions` is how many function versions of a model get
    traffic or stand by for a rollback. `unit_share` of the requests name a unit; `first_share` are a unit's first in
    an experiment; there are `outcome_share` outcomes for each request. `rollouts` are started in the month, and each
    takes `rollout_hours`.
    """

    rps: float
    ms: float
    record_bytes: int = 2_000
    stored_share: float = 0.0
    versions: int = 2
    unit_share: float = 0.0
    first_share: float = 0.0
    outcome_share: float = 0.0
    rollouts: float = 0.0
    rollout_hours: float = 10.0
