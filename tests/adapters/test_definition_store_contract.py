from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice.errors import Conflict, DefinitionChanged
from sluice.experiments.ports import DefinitionStore, Kind, StoredSnapshot
from tests.adapters.stored_experiments import NOON, a_definition, a_note, a_snapshot, instants

KIB = 1024
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.text(), JSON_VALUES, max_size=5)
# Each example takes requests of its own; the store is new for the test, not for the example.
a_few_times = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def stored(definitions: DefinitionStore) -> dict[str, Any]:
    """Everything that a commit may change."""
    return {
        "newest": {kind: definitions.list_all(kind) for kind in Kind},
        "history": definitions.history(Kind.EXPERIMENT, "button"),
        "snapshot": definitions.find_snapshot("model:churn"),
    }


def refused(definitions: DefinitionStore, commit: Callable[[], None], kind: str, key: str) -> None:
    """Committing raises DefinitionChanged of this name, and changes nothing."""
    before = stored(definitions)
    with pytest.raises(DefinitionChanged) as caught:
        commit()
    assert (caught.value.kind, caught.value.key) == (kind, key)
    assert stored(definitions) == before


def test_a_new_store_knows_nothing(definitions: DefinitionStore) -> None:
    assert definitions.find(Kind.EXPERIMENT, "button") is None
    assert definitions.find_snapshot("flags") is None
    assert [*definitions.list_all(Kind.FLAG), *definitions.history(Kind.EXPERIMENT, "button")] == []


@pytest.mark.parametrize("key", ["", "x" * 5_000, "ä", "\ud800", "a#b", "a/b"])
def test_a_key_that_nothing_could_have_is_not_found(definitions: DefinitionStore, key: str) -> None:
    assert definitions.find(Kind.FLAG, key) is None
    assert list(definitions.history(Kind.FLAG, key)) == []


def test_a_definition_comes_back_as_it_was_committed(definitions: DefinitionStore) -> None:
    definition = a_definition(document={"a": [1, 2.0, None], "b": {"ä": True}, "c": ""})

    definitions.commit([definition])

    assert definitions.find(Kind.EXPERIMENT, "button") == definition
    assert list(definitions.list_all(Kind.EXPERIMENT)) == [definition]
    assert list(definitions.history(Kind.EXPERIMENT, "button")) == [definition]


def test_the_newest_revision_is_found_and_every_revision_is_told_oldest_first(definitions: DefinitionStore) -> None:
    revisions = [a_definition(number) for number in range(1, 12)]
    for revision in revisions:
        definitions.commit([revision])

    assert definitions.find(Kind.EXPERIMENT, "button") == revisions[-1]
    assert list(definitions.list_all(Kind.EXPERIMENT)) == revisions[-1:]
    assert list(definitions.history(Kind.EXPERIMENT, "button")) == revisions


def test_kinds_and_keys_that_begin_alike_keep_apart_and_are_listed_by_key(definitions: DefinitionStore) -> None:
    experiments = [a_definition(key=key) for key in ("button-2", "zebra", "button", "a.b", "a-b")]
    flag = a_definition(kind=Kind.FLAG)
    definitions.commit([*experiments, flag])

    keys = [each.key for each in definitions.list_all(Kind.EXPERIMENT)]

    assert keys == ["a-b", "a.b", "button", "button-2", "zebra"]
    assert list(definitions.list_all(Kind.FLAG)) == [flag]
    assert len(definitions.history(Kind.EXPERIMENT, "button")) == 1
    assert definitions.find(Kind.NAMESPACE, "button") is None


def test_definitions_and_their_snapshot_are_committed_together(definitions: DefinitionStore) -> None:
    definitions.commit([a_definition(), a_definition(key="main", kind=Kind.NAMESPACE)], a_snapshot())
    definitions.commit([a_definition(2)], a_snapshot(2))

    assert definitions.find_snapshot("model:churn") == a_snapshot(2)
    assert definitions.find_snapshot("model:other") is None


def test_a_snapshot_may_be_committed_alone_and_subjects_count_for_themselves(definitions: DefinitionStore) -> None:
    definitions.commit([], a_snapshot(1, "flags"))
    definitions.commit([], a_snapshot(1))
    definitions.commit([], a_snapshot(2))

    assert definitions.find_snapshot("flags") == a_snapshot(1, "flags")
    assert definitions.find_snapshot("model:churn") == a_snapshot(2)


def test_committing_nothing_writes_nothing(definitions: DefinitionStore) -> None:
    before = stored(definitions)

    definitions.commit([])

    assert stored(definitions) == before


@pytest.mark.parametrize("revision", [0, 1, 2, 4])
def test_a_revision_that_does_not_follow_the_stored_one_is_refused(definitions: DefinitionStore, revision: int) -> None:
    definitions.commit([a_definition(1)])
    definitions.commit([a_definition(2)], a_snapshot(1))

    late = a_definition(revision, document={"late": True})
    refused(definitions, lambda: definitions.commit([late], a_snapshot(2)), "experiment", "button")


def test_a_definition_begins_with_its_first_revision(definitions: DefinitionStore) -> None:
    refused(definitions, lambda: definitions.commit([a_definition(2)]), "experiment", "button")


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_snapshot_whose_number_does_not_follow_is_refused_and_so_is_all_else(
    definitions: DefinitionStore, number: int
) -> None:
    definitions.commit([a_definition(1)], a_snapshot(1))

    commit = [a_definition(2), a_definition(key="new")]
    refused(definitions, lambda: definitions.commit(commit, a_snapshot(number)), "snapshot", "model:churn")


def test_a_snapshot_begins_with_number_one(definitions: DefinitionStore) -> None:
    refused(definitions, lambda: definitions.commit([a_definition()], a_snapshot(2)), "snapshot", "model:churn")


def test_one_definition_that_moved_refuses_all_and_is_named_before_the_snapshot(definitions: DefinitionStore) -> None:
    definitions.commit([a_definition(1), a_definition(key="moved")], a_snapshot(1))
    definitions.commit([a_definition(2, key="moved")], a_snapshot(2))

    commit = [a_definition(2), a_definition(2, key="moved"), a_definition(key="new", kind=Kind.FLAG)]
    refused(definitions, lambda: definitions.commit(commit, a_snapshot(2)), "experiment", "moved")


def test_what_a_caller_does_to_a_document_later_changes_nothing(definitions: DefinitionStore) -> None:
    document: dict[str, Any] = {"weights": [1, 2]}
    definitions.commit([a_definition(document=document)])
    document["weights"].append(3)

    found = definitions.find(Kind.EXPERIMENT, "button")
    assert found is not None
    found.document["weights"].append(4)

    assert definitions.list_all(Kind.EXPERIMENT)[0].document == {"weights": [1, 2]}
    assert definitions.history(Kind.EXPERIMENT, "button")[0].document == {"weights": [1, 2]}


def test_forty_definitions_and_a_snapshot_are_one_commit(definitions: DefinitionStore) -> None:
    definitions.commit([a_definition(key=f"e{number}") for number in range(40)], a_snapshot())

    assert len(definitions.list_all(Kind.EXPERIMENT)) == 40
    assert definitions.find_snapshot("model:churn") == a_snapshot()


def test_more_than_forty_are_refused_and_never_split(definitions: DefinitionStore) -> None:
    with pytest.raises(ValueError, match="41 definitions in one commit, allowed: 40"):
        definitions.commit([a_definition(key=f"e{number}") for number in range(41)])

    assert definitions.list_all(Kind.EXPERIMENT) == []


def test_one_definition_twice_in_a_commit_is_refused(definitions: DefinitionStore) -> None:
    with pytest.raises(ValueError, match="stands twice in one commit"):
        definitions.commit([a_definition(1), a_definition(2)])

    assert definitions.find(Kind.EXPERIMENT, "button") is None


def test_what_is_as_large_as_allowed_fits(definitions: DefinitionStore) -> None:
    document = {"x": "ä" * (175 * KIB - 32)}
    snapshot = a_snapshot(content=bytes(380 * KIB))

    definitions.commit([a_definition(document=document)], snapshot)

    found = definitions.find(Kind.EXPERIMENT, "button")
    assert found is not None
    assert found.document == document
    assert definitions.find_snapshot("model:churn") == snapshot


@pytest.mark.parametrize("facts", [{"document": {"x": "ä" * 175 * KIB}}, {"note": a_note(why="y" * 350 * KIB)}])
def test_a_definition_that_is_too_large_is_refused_with_its_size(
    definitions: DefinitionStore, facts: dict[str, Any]
) -> None:
    with pytest.raises(Conflict, match=r"experiment 'big' is 358\d\d\d bytes as stored, the limit is 358400"):
        definitions.commit([a_definition(), a_definition(key="big", **facts)])

    assert definitions.list_all(Kind.EXPERIMENT) == []


def test_a_snapshot_that_is_too_large_is_refused_with_its_size(definitions: DefinitionStore) -> None:
    with pytest.raises(Conflict, match=r"snapshot 'model:churn' is 389121 bytes as stored, the limit is 389120"):
        definitions.commit([a_definition()], a_snapshot(content=bytes(380 * KIB + 1)))

    assert definitions.list_all(Kind.EXPERIMENT) == []


def test_a_commit_that_is_too_large_in_all_is_refused_with_its_size(definitions: DefinitionStore) -> None:
    large = [a_definition(key=f"e{number}", document={"x": "y" * 300 * KIB}) for number in range(7)]

    with pytest.raises(Conflict, match=r"a change of 7 definitions is 43\d+ bytes as stored, the limit is 3993600"):
        definitions.commit(large)

    assert definitions.list_all(Kind.EXPERIMENT) == []


def test_lists_and_histories_come_whole(definitions: DefinitionStore) -> None:
    # Each revision is as large as four to a page of DynamoDB's 1 MB.
    for number in range(1, 6):
        big = {"x": "y" * 250_000}
        definitions.commit([a_definition(number, document=big), a_definition(key=f"e{number}", document=big)])

    assert [each.revision for each in definitions.history(Kind.EXPERIMENT, "button")] == [1, 2, 3, 4, 5]
    assert len(definitions.list_all(Kind.EXPERIMENT)) == 6


def test_the_unit_hash_key_is_made_once(definitions: DefinitionStore) -> None:
    secret = definitions.unit_hash_key()

    assert len(secret) == 32
    assert definitions.unit_hash_key() == secret


@a_few_times
@given(document=DOCUMENTS, at=instants(NOON - timedelta(days=9_000), NOON), why=st.text(), move=st.text())
def test_every_document_and_note_survives(
    definitions: DefinitionStore, document: dict[str, Any], at: datetime, why: str, move: str
) -> None:
    newest = definitions.find(Kind.FLAG, "any")
    revision = newest.revision + 1 if newest else 1
    note = a_note(at=at, why=why, move=move)
    definition = a_definition(revision, "any", Kind.FLAG, document=document, note=note)

    definitions.commit([definition])

    assert definitions.find(Kind.FLAG, "any") == definition
    assert definitions.history(Kind.FLAG, "any")[-1] == definition


@a_few_times
@given(content=st.binary())
def test_every_content_of_a_snapshot_survives(definitions: DefinitionStore, content: bytes) -> None:
    newest = definitions.find_snapshot("flags")
    snapshot = StoredSnapshot("flags", newest.number + 1 if newest else 1, "digest", content)

    definitions.commit([], snapshot)

    assert definitions.find_snapshot("flags") == snapshot


def test_an_instant_keeps_its_microseconds(definitions: DefinitionStore) -> None:
    at = NOON.replace(microsecond=123_456)

    definitions.commit([replace(a_definition(), note=a_note(at=at))])

    found = definitions.find(Kind.EXPERIMENT, "button")
    assert found is not None
    assert found.note.at == at
