"""What one unit gets of a flag, as commands of `sluice flag`: evaluate it, force it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.connections import Connections
from sluice.cli.forced_variant import Days, OverrideWish, Remove, UnitTypeOrItsOwn, Variant, WhyForce, carry_out
from sluice.cli.options import AsJson, Attributes, By, Key, Unit, UnitType
from sluice.cli.output import show
from sluice.experiments.unit import DEFAULT_UNIT_TYPE

if TYPE_CHECKING:
    from sluice.experiments.flag_context import FlagContext
    from sluice.experiments.flag_decider import FlagDecider
    from sluice.experiments.flag_decision import FlagDecision
    from sluice.experiments.unit_state import Override

UnitIfAny = Annotated[str | None, typer.Option("--unit", help="The unit's id.", metavar="ID")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("evaluate")(evaluate)
    app.command("override")(override)


def evaluate(
    ctx: typer.Context,
    key: Key,
    *,
    unit: UnitIfAny = None,
    unit_type: UnitType = DEFAULT_UNIT_TYPE,
    attr: Attributes = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a flag as a client would get it now, with the reason; nothing is recorded."""
    from sluice.cli.flag_views import decision_document, render_decision
    from sluice.cli.unit_attributes import read_attributes
    from sluice.experiments.flag_context import FlagContext
    from sluice.experiments.unit import checked_unit_id, checked_unit_type

    connections: Connections = ctx.obj
    decider = _decider(key, connections)
    context = FlagContext(
        checked_unit_type(unit_type, "--unit-type"),
        None if unit is None else checked_unit_id(unit, "--unit"),
        read_attributes(attr or [], decider.snapshot.attributes),
    )
    decision = _decision(key, decider, context, connections)
    document = decision_document(decision, context, snapshot_number=decider.snapshot.number)
    show(document, as_json=as_json, render=partial(render_decision, document))


def override(  # noqa: PLR0913 - a command's arguments are its options
    ctx: typer.Context,
    key: Key,
    *,
    unit: Unit,
    unit_type: UnitTypeOrItsOwn = None,
    variant: Variant = None,
    days: Days = 7,
    remove: Remove = False,
    why: WhyForce = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Force a variant on one unit, to look at it or to show it, or let it go again; it never counts in an analysis."""
    from sluice.experiments.flag_decider import override_subject
    from sluice.usecases.find_flag import find_flag

    connections: Connections = ctx.obj
    wish = OverrideWish(variant, days, remove, by, why)
    flag = find_flag(key, definitions=connections.definitions).flag
    named = (unit_type or flag.unit_type, unit)
    carry_out(wish, override_subject(key), named, connections=connections, as_json=as_json)


def _decider(key: str, connections: Connections) -> "FlagDecider":
    """All flags, prepared. Raises UnknownDefinition unless this one is among them."""
    from sluice.errors import UnknownDefinition
    from sluice.experiments.flag_decider import FlagDecider
    from sluice.experiments.flag_snapshot import FLAGS, decode_flag_snapshot
    from sluice.experiments.ports import Kind

    stored = connections.definitions.find_snapshot(FLAGS)
    decider = FlagDecider(decode_flag_snapshot(stored), connections.language_over) if stored else None
    if decider is None or key not in decider.flags:
        raise UnknownDefinition(Kind.FLAG, key)
    return decider


def _decision(key: str, decider: "FlagDecider", context: "FlagContext", connections: Connections) -> "FlagDecision":
    """Raises InvalidRequest for a flag that cannot be evaluated for this unit."""
    from sluice.errors import InvalidRequest
    from sluice.experiments.flag_decision import FlagFailure

    result = decider.for_asker(context, _overrides(context, connections)).evaluate(key)
    if isinstance(result, FlagFailure):
        raise InvalidRequest(f"{result.flag.subject}: {result.code}: {result.details}")
    return result


def _overrides(context: "FlagContext", connections: Connections) -> Mapping[str, "Override"]:
    from sluice.clock import SystemClock

    if context.unit_id is None:
        return {}
    return connections.units.load(context.unit_type, context.unit_id, now=SystemClock().now()).overrides
