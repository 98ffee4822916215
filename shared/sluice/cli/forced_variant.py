"""A variant, of an experiment or a flag, that somebody forces on one unit: what options ask for, what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.connections import Connections
from sluice.cli.definition_views import shown_instant
from sluice.cli.output import print_plain, show
from sluice.experiments.unit_state import Override

if TYPE_CHECKING:
    from rich.console import Console

UnitTypeOrItsOwn = Annotated[
    str | None, typer.Option("--unit-type", help="What the id names; what it draws.", metavar="TYPE")
]
Variant = Annotated[str | None, typer.Option("--variant", help="The variant to force.", metavar="VARIANT")]
Days = Annotated[int, typer.Option("--days", help="For how many days.")]
Remove = Annotated[bool, typer.Option("--remove", help="Force nothing any longer.")]
WhyForce = Annotated[str | None, typer.Option("--why", help="The reason to force it.")]


@dataclass(frozen=True, slots=True)
class OverrideWish:
    """Either a variant for some days and a reason, or the end of it. Raises typer.BadParameter for anything else."""

    variant: str | None
    days: int
    remove: bool
    by: str
    why: str | None

    def __post_init__(self) -> None:
        if (self.variant is None) is not self.remove:
            raise typer.BadParameter("give either --variant or --remove")
        if self.variant is not None and self.why is None:
            raise typer.BadParameter("needed to force a variant", param_hint="--why")


def carry_out(
    wish: OverrideWish, subject: str, unit: tuple[str, str], *, connections: Connections, as_json: bool
) -> None:
    """Force or remove, and show what is forced now. `unit` is its type and its id."""
    unit_type, unit_id = unit
    override, removed = None, False
    if wish.variant is None:
        from sluice.usecases.override_unit import remove_override

        removed = remove_override(unit_type, unit_id, subject, units=connections.units)
    else:
        override = _force(wish, subject, unit, connections)
    document = {
        "subject": subject,
        "unit_type": unit_type,
        "unit_id": unit_id,
        "override": override_document(override) if override else None,
        "removed": removed,
    }
    show(document, as_json=as_json, render=partial(_render, document))


def override_document(override: Override) -> dict[str, Any]:
    """The override as JSON values."""
    return asdict(override) | {"expires_at": override.expires_at.isoformat(timespec="seconds")}


def _force(wish: OverrideWish, subject: str, unit: tuple[str, str], connections: Connections) -> Override:
    from sluice.clock import SystemClock
    from sluice.usecases.definition_change import Change
    from sluice.usecases.override_unit import ForcedVariant, override_unit

    return override_unit(
        ForcedVariant(*unit, subject, wish.variant or "", wish.days),
        change=Change(wish.by, wish.why or ""),
        definitions=connections.definitions,
        units=connections.units,
        clock=SystemClock(),
    )


def _render(document: Mapping[str, Any], console: "Console") -> None:
    override = document["override"]
    if override:
        what = f"gets {override['variant']} until {shown_instant(override['expires_at'])}"
    else:
        what = "gets what the rules give it" + ("" if document["removed"] else ", as it did")
    print_plain(f"{document['unit_type']} {document['unit_id']} in {document['subject']}: {what}", console)
