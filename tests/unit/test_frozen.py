"""`frozen` beside `dataclass(frozen=True, slots=True)`, which is the oracle."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.frozen import frozen

VALUES = st.integers() | st.text() | st.none() | st.tuples(st.integers())


def declared(mark: Callable[[type], type]) -> type:
    class Version:
        """Documented."""

        number: int
        name: str
        tags: tuple[str, ...] = ()
        notes: dict[str, int] = field(default_factory=dict, compare=False)
        secret: str = field(default="s", repr=False)
        digest: str = field(init=False, compare=False, repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "digest", f"digest of {self.number}")

        @property
        def title(self) -> str:
            """A property."""
            return f"{self.name} {self.number}"

    Version.__qualname__ = "Version"
    return mark(Version)


OURS: Any = declared(frozen)
THEIRS: Any = declared(dataclass(frozen=True, slots=True))


@frozen
class Pair:
    """At the top of a module, where pickle finds it."""

    left: int
    right: tuple[int, ...] = ()


@frozen
class Single:
    """One field makes a tuple of one."""

    only: Any


@frozen
class Nothing:
    """No field at all."""


@given(VALUES, VALUES, VALUES, VALUES)
def test_values_look_compare_and_hash_as_those_of_a_dataclass(a: Any, b: Any, c: Any, d: Any) -> None:
    ours, theirs = OURS(a, b, tags=c, secret=d), THEIRS(a, b, tags=c, secret=d)

    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert asdict(ours) == asdict(theirs)
    assert (ours == OURS(a, b, tags=c, secret=d, notes={"x": 1}), ours.digest) == (True, theirs.digest)
    assert (ours == OURS(b, a, tags=c, secret=d)) == (theirs == THEIRS(b, a, tags=c, secret=d))
    assert ours != theirs


def test_it_is_a_dataclass_to_everybody() -> None:
    for name in ("name", "default", "init", "repr", "compare", "hash", "kw_only", "type"):
        assert [getattr(it, name) for it in fields(OURS)] == [getattr(it, name) for it in fields(THEIRS)]
    assert (OURS.__doc__, OURS.__module__, OURS.__qualname__) == (THEIRS.__doc__, __name__, "Version")
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert OURS.__slots__ == THEIRS.__slots__
    assert not hasattr(OURS(1, "n"), "__dict__")


def test_a_copy_may_differ_and_is_made_whole() -> None:
    changed = replace(OURS(1, "n"), number=2)

    assert (changed.number, changed.name, changed.digest, changed.title) == (2, "n", "digest of 2", "n 2")
    assert replace(Pair(1), right=(2,)) == Pair(1, (2,))
    assert OURS(1, "n").__replace__(number=2).number == 2


def test_every_instance_has_a_default_of_its_own_where_a_factory_makes_it() -> None:
    assert OURS(1, "n").notes is not OURS(1, "n").notes


def test_nothing_can_be_changed() -> None:
    value = OURS(1, "n")

    with pytest.raises(FrozenInstanceError, match="number"):
        value.number = 2
    with pytest.raises(FrozenInstanceError, match="unknown"):
        value.unknown = 2
    with pytest.raises(FrozenInstanceError):
        del value.number


@pytest.mark.parametrize("value", [Pair(1, (2, 3)), Single([1]), Nothing()])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_copies_and_pickles_are_equal(value: Any, again: Callable[[Any], Any]) -> None:
    assert again(value) == value
    assert repr(again(value)) == repr(value)


def test_patterns_match_by_position() -> None:
    match Pair(1, (2,)):
        case Pair(left, right):
            assert (left, right) == (1, (2,))
        case _:
            raise AssertionError


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), {}), ((1,), {}), ((1, "n", (), {}, "s", "d"), {}), ((1, "n"), {"digest": "d"}), ((1, "n"), {"number": 1})],
)
def test_arguments_that_do_not_fit_are_refused_by_both(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        THEIRS(*arguments, **named)
    with pytest.raises(TypeError, match="Version"):
        OURS(*arguments, **named)


def test_a_field_that_must_be_given_cannot_follow_one_that_need_not() -> None:
    class Wrong:
        first: int = 1
        second: int

    with pytest.raises(TypeError, match="second has no default"):
        frozen(Wrong)


def test_a_default_that_somebody_could_change_is_refused() -> None:
    class Wrong:
        first: list[int] = []  # noqa: RUF012 - what is refused

    with pytest.raises(ValueError, match="must have a factory"):
        frozen(Wrong)
