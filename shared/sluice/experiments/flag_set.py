"""Rules over all flags that are not archived: each is valid by itself, and they must also be so together."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from sluice.errors import InvalidDefinition
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.flag import Flag
from sluice.experiments.snapshot_content import merged_attributes

_DEPTH_LIMIT = 16


def check_flags(flags: Mapping[str, Flag]) -> None:
    """Raise InvalidDefinition unless prerequisites exist, make no cycle and no long chain, and attributes agree."""
    for flag in flags.values():
        _check_prerequisites(flag, flags)
    cycle = prerequisite_cycle(flags)
    if cycle is not None:
        path = ".".join(("prerequisites", cycle[1]))
        raise InvalidDefinition(flags[cycle[0]].subject, path, f"a cycle: {' needs '.join(cycle)}")
    _check_depth(flags)
    merged_attributes(flags.values())


def check_conditions(flag: Flag, language_over: LanguageOver) -> None:
    """Raise InvalidDefinition for a condition that its language refuses, with the place in the text."""
    language = language_over(flag.attributes)
    for index, rule in enumerate(flag.rules):
        try:
            language.compile(rule.when)
        except ValueError as error:
            raise InvalidDefinition(flag.subject, f"rules[{index}].when", str(error)) from error


def prerequisite_cycle(flags: Mapping[str, Flag]) -> tuple[str, ...] | None:
    """The keys of a cycle, each needing the next, the first again at the end; None if there is none."""
    try:
        TopologicalSorter({key: list(flag.prerequisites) for key, flag in flags.items()}).prepare()
    except CycleError as error:
        # The sorter lists what comes before what; who needs whom is the other way round.
        return tuple(reversed(error.args[1]))
    return None


def dependants_of(key: str, flags: Iterable[Flag]) -> list[str]:
    """The keys of the flags that need this one, sorted."""
    return sorted(flag.key for flag in flags if key in flag.prerequisites)


def _check_prerequisites(flag: Flag, flags: Mapping[str, Flag]) -> None:
    for key, satisfying in flag.prerequisites.items():
        needed = flags.get(key)
        if needed is None:
            raise InvalidDefinition(flag.subject, f"prerequisites.{key}", "there is no such flag")
        unknown = next((variant for variant in satisfying if variant not in needed.variants), None)
        if unknown is not None:
            rule = f"{needed.subject} has no variant {unknown!r}, its variants are {', '.join(needed.variants)}"
            raise InvalidDefinition(flag.subject, f"prerequisites.{key}", rule)


def _check_depth(flags: Mapping[str, Flag]) -> None:
    depths: dict[str, int] = {}
    for key in TopologicalSorter({key: list(flag.prerequisites) for key, flag in flags.items()}).static_order():
        depths[key] = max((depths[needed] + 1 for needed in flags[key].prerequisites), default=0)
        if depths[key] > _DEPTH_LIMIT:
            rule = f"a chain of {depths[key]} flags, allowed: {_DEPTH_LIMIT}"
            raise InvalidDefinition(flags[key].subject, "prerequisites", rule)
