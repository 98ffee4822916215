"""The environments that a checkout declares, in what they cost. The one place where the package looks into `infra`."""

from typing import TYPE_CHECKING

from sluice.cost.footprint import Footprint, ModelFootprint
from sluice.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from infra.declarations.environment import Environment
    from infra.declarations.model import ModelSettings

_DATA_CLASSES = 3
_ALARMS = 5
_ALARMS_ON_OUTCOMES = 2
_ALARMS_ON_ROLLOUTS = 5


def declared_footprint(name: str) -> Footprint:
    """The environment of this name. Raises NotFound outside a checkout, InvalidRequest for another name."""
    try:
        from infra.environments import ENVIRONMENTS
    except ImportError as error:
        raise NotFound("infra/environments.py is not here; run this in a checkout of the repository") from error
    if name not in ENVIRONMENTS:
        raise InvalidRequest(f"env == {name!r}, must be one of {', '.join(ENVIRONMENTS)}")
    return _footprint(ENVIRONMENTS[name])


def _footprint(environment: "Environment") -> Footprint:
    api = environment.api
    return Footprint(
        name=environment.name,
        architecture=str(environment.architecture),
        models=tuple(map(_model, environment.models)),
        key_count=_DATA_CLASSES + environment.is_watched if environment.data.customer_keys else 0,
        uses_rest_api=api.kind == "rest",
        has_web_acl=api.web_acl_rate_per_5_minutes is not None,
        ships_records=environment.data.ship_records,
        is_watched=environment.is_watched,
        alarm_count=_ALARMS_ON_OUTCOMES + _ALARMS_ON_ROLLOUTS,
        polled_queue_count=1,
        has_failsafe=True,
    )


def _model(model: "ModelSettings") -> ModelFootprint:
    environments = getattr(model.warmth, "environments", 0)
    watched = _ALARMS + bool(model.reserved_concurrency) + bool(environments)
    is_snapshot = model.warmth is not None and not environments
    return ModelFootprint(model.name, model.memory_mb, watched, is_snapshot, environments)
