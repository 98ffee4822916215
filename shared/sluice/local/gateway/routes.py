"""Which route takes a request: the keys and the precedence of API Gateway HTTP APIs. Pure.

A full match beats a match through path variables, that beats a greedy `{name+}`, that beats `$default`; for one
path a route that names the method beats `ANY`. (AWS developer guide, "Create routes for HTTP APIs".)
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sluice.local.gateway.event import RouteMatch

_DEFAULT = "$default"
_KEY = re.compile(r"(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) (/\S*)")
_VARIABLE = re.compile(r"\{([\w.:-]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One route key and the Lambda function and qualifier that answer it.

    Raises ValueError for a key that AWS would refuse: an unknown method, a variable inside a segment, a greedy
    variable before the end, a repeated variable name.
    """

    route_key: str
    function_name: str
    qualifier: str

    def __post_init__(self) -> None:
        if self.route_key != _DEFAULT:
            _compiled(self)


@dataclass(frozen=True, slots=True)
class _Pattern:
    route: Route
    method: str
    expression: re.Pattern[str]
    rank: tuple[object, ...]


@dataclass(frozen=True)
class RouteTable:
    """The routes of a stage, prepared once so that matching costs a dictionary look-up on the hot route."""

    static: Mapping[tuple[str, str], Route] = field(default_factory=dict)
    patterns: tuple[_Pattern, ...] = ()
    default: Route | None = None

    @classmethod
    def of(cls, routes: Iterable[Route]) -> "RouteTable":
        """The table of these routes; raises ValueError when two share a key."""
        by_key: dict[str, Route] = {}
        for route in routes:
            if by_key.setdefault(route.route_key, route) is not route:
                raise ValueError(f"route key {route.route_key!r} is taken")
        default = by_key.pop(_DEFAULT, None)
        static = {_split(route.route_key): route for route in by_key.values() if "{" not in route.route_key}
        patterns = [_compiled(route) for route in by_key.values() if "{" in route.route_key]
        return cls(static, tuple(sorted(patterns, key=lambda pattern: pattern.rank)), default)

    def match(self, method: str, path: str) -> tuple[Route, RouteMatch] | None:
        """The route for a method and a decoded path, with its variables; None when the stage has none."""
        route = self.static.get((method, path)) or self.static.get(("ANY", path))
        if route is not None:
            return route, RouteMatch(route.route_key, {})
        for pattern in self.patterns:
            if pattern.method in (method, "ANY") and (found := pattern.expression.fullmatch(path)):
                names = _VARIABLE.findall(pattern.route.route_key)
                caught = {name: value for (name, _), value in zip(names, found.groups(), strict=True)}
                return pattern.route, RouteMatch(pattern.route.route_key, caught)
        return (self.default, RouteMatch(_DEFAULT, {})) if self.default else None


def _split(route_key: str) -> tuple[str, str]:
    found = _KEY.fullmatch(route_key)
    if found is None:
        raise ValueError(f"route key {route_key!r}: expected a method, a space and a path, or $default")
    return found[1], found[2]


def _compiled(route: Route) -> _Pattern:
    method, path = _split(route.route_key)
    parts, rank, names = [], [], set[str]()
    segments = path.split("/")[1:]
    for position, segment in enumerate(segments):
        variable = _VARIABLE.fullmatch(segment)
        if variable is None and ("{" in segment or "}" in segment):
            raise ValueError(f"route key {route.route_key!r}: a variable must be a whole path segment")
        if variable and (variable[1] in names or (variable[2] and position != len(segments) - 1)):
            raise ValueError(f"route key {route.route_key!r}: repeated variable, or a greedy one before the end")
        names.add(variable[1] if variable else "")
        parts.append(_expression(segment, variable))
        rank.append(0 if variable is None else 2 if variable[2] else 1)
    # Segment by segment, text before variable before greedy; of equals the longer path; then method before ANY.
    return _Pattern(route, method, re.compile("/" + "/".join(parts)), (*_order(rank), method == "ANY"))


def _order(rank: list[int]) -> tuple[object, ...]:
    return (max(rank) == 2, tuple(rank))


def _expression(segment: str, variable: re.Match[str] | None) -> str:
    if variable is None:
        return re.escape(segment)
    return "(.+)" if variable[2] else "([^/]+)"
