"""Frozen dataclasses with slots that compile no code.

`dataclasses.dataclass` writes each class's methods as source text and compiles it: half a millisecond per class, which
was the largest part of what a cold start spent on our own modules. The methods here are closures instead, a little
slower to call. What these functions make is a dataclass to everybody: to `replace`, `asdict`, `fields`, type checkers.
"""

from collections.abc import Callable
from dataclasses import (  # type: ignore[attr-defined]
    _FIELD,  # `fields()` lists what is marked by it
    MISSING,
    Field,
    FrozenInstanceError,
    field,
    replace,
)
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)
_Values = Callable[[Any], tuple[Any, ...]]


class _Params:
    """What `dataclasses` asks a class about itself."""

    init = repr = eq = frozen = match_args = slots = True
    order = unsafe_hash = kw_only = weakref_slot = False


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _Class) -> _Class:
    """What `dataclass(frozen=True, slots=True)` makes of a class without ancestors, as far as we use it.

    Fields may have a default, a factory, `init=False`, `compare=False`, `repr=False`. Raises TypeError for a field
    without a default after one that has one, ValueError for a default that somebody could change.
    """
    found = _fields_of(cls)
    names = tuple(each.name for each in found)
    state = _values_of(names)
    compared = _values_of(tuple(each.name for each in found if each.compare))
    body = {name: value for name, value in vars(cls).items() if name not in (*names, "__dict__", "__weakref__")}
    body |= {
        "__qualname__": cls.__qualname__,
        "__slots__": names,
        "__match_args__": tuple(each.name for each in found if each.init),
        "__dataclass_fields__": {each.name: each for each in found},
        "__dataclass_params__": _Params,
        "__init__": _init(cls.__name__, found, has_post_init=hasattr(cls, "__post_init__")),
        "__repr__": _repr(tuple(each.name for each in found if each.repr)),
        "__eq__": _eq(compared),
        "__hash__": lambda self: hash(compared(self)),
        "__setattr__": _refuse_change,
        "__delattr__": _refuse_change,
        "__replace__": replace,  # what `copy.replace` calls, from Python 3.13 on
        "__getstate__": lambda self: state(self),  # noqa: PLW0108 - a getter is no method
        "__setstate__": _set_state,
    }
    made: _Class = type(cls)(cls.__name__, cls.__bases__, body)
    return made


def _fields_of(cls: type) -> tuple[Field[Any], ...]:
    found = tuple(_field_of(cls, name, annotation) for name, annotation in cls.__annotations__.items())
    has_default = False
    for each in found:
        if each.init and not _has_default(each) and has_default:
            raise TypeError(f"{cls.__name__}.{each.name} has no default and follows one that has")
        has_default = has_default or (each.init and _has_default(each))
    return found


def _field_of(cls: type, name: str, annotation: Any) -> Field[Any]:
    default = vars(cls).get(name, MISSING)
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    made.name, made.type, made.kw_only = name, annotation, False
    made._field_type = _FIELD  # type: ignore[attr-defined]  # noqa: SLF001
    if type(made.default).__hash__ is None:
        raise ValueError(f"{cls.__name__}.{name} has a default that can change, must have a factory")
    return made


def _has_default(each: Field[Any]) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _init(class_name: str, found: tuple[Field[Any], ...], *, has_post_init: bool) -> Callable[..., None]:
    given = tuple(each.name for each in found if each.init)
    known = frozenset(given)
    constants = {each.name: each.default for each in found if each.default is not MISSING}
    factories = {each.name: each.default_factory for each in found if each.default_factory is not MISSING}
    required = tuple(name for name in given if name not in constants and name not in factories)
    put = object.__setattr__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        values = dict(zip(given, args, strict=False))
        if len(args) > len(given) or not known.issuperset(kwargs) or not values.keys().isdisjoint(kwargs):
            raise TypeError(f"{class_name}() takes {', '.join(given)}, once each; found {args!r}, {kwargs!r}")
        values |= kwargs
        if missing := [name for name in required if name not in values]:
            raise TypeError(f"{class_name}() misses {', '.join(missing)}")
        for name, value in (constants | values).items():
            put(self, name, value)
        for name, make in factories.items():
            if name not in values:
                put(self, name, make())
        if has_post_init:
            self.__post_init__()

    return __init__


def _values_of(names: tuple[str, ...]) -> _Values:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _eq(compared: _Values) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _repr(shown: tuple[str, ...]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:  # noqa: N807
        members = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self.__class__.__qualname__}({members})"

    return __repr__


def _refuse_change(self: Any, name: str, *_: Any) -> None:
    raise FrozenInstanceError(f"cannot change {name!r} of a {self.__class__.__name__}")


def _set_state(self: Any, state: tuple[Any, ...]) -> None:
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, value)
