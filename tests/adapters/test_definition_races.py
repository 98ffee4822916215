from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from sluice.errors import DefinitionChanged
from sluice.experiments.ports import DefinitionStore, Kind
from tests.adapters.stored_experiments import a_definition, a_note, a_snapshot

RIVALS = 8
AtOnce = Callable[..., list[Any]]


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(type(outcome) for outcome in outcomes)


def test_one_of_many_writers_of_a_revision_wins(definitions: DefinitionStore, at_once: AtOnce) -> None:
    definitions.commit([a_definition(1)])
    rivals = [a_definition(2, note=a_note(by=str(rival))) for rival in range(RIVALS)]

    outcomes = at_once(*(partial(definitions.commit, [each]) for each in rivals))

    winner = rivals[outcomes.index(None)]
    assert kinds(outcomes) == {type(None): 1, DefinitionChanged: RIVALS - 1}
    assert definitions.find(Kind.EXPERIMENT, "button") == winner
    assert list(definitions.history(Kind.EXPERIMENT, "button")) == [a_definition(1), winner]


def test_a_snapshot_never_lacks_a_change_that_was_committed_with_it(
    definitions: DefinitionStore, at_once: AtOnce
) -> None:
    rivals = [a_definition(key=f"e{rival}") for rival in range(RIVALS)]

    outcomes = at_once(*(partial(definitions.commit, [each], a_snapshot(1)) for each in rivals))

    winner = rivals[outcomes.index(None)]
    assert kinds(outcomes) == {type(None): 1, DefinitionChanged: RIVALS - 1}
    assert {each.kind for each in outcomes if each} == {"snapshot"}
    assert list(definitions.list_all(Kind.EXPERIMENT)) == [winner]


def test_all_who_ask_first_for_the_unit_hash_key_get_the_same(definitions: DefinitionStore, at_once: AtOnce) -> None:
    secrets = at_once(*[definitions.unit_hash_key] * RIVALS)

    assert set(secrets) == {definitions.unit_hash_key()}
