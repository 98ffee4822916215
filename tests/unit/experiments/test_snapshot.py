"""Snapshots: what goes in comes out, the same definitions are the same bytes, and garbage is told as such."""

import zlib
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.adapters.cel_conditions import CelLanguage
from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.attributes import AttributeType
from sluice.experiments.decider import Decider
from sluice.experiments.experiment import Hashing
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.experiments.unit_state import NOTHING_STORED
from sluice.experiments.variant import Variant
from tests.unit.experiments.running import SECRET, a_snapshot, an_experiment, attributes, owning

HALVES = SlotRange(0, 500_000), SlotRange(500_000, SLOT_COUNT)
FULL = an_experiment(
    variants=(Variant("control", 2_500, 1), Variant("words", 7_500, None, {"a": "é", "b": 1, "c": 0.5, "d": True})),
    eligibility="age >= 18",
    attributes=attributes(age="int"),
    coverage_bps=1_234,
    allocation_version=3,
    revision=7,
    seed="another",
    sticky=False,
    is_stopped=True,
    slots=(SlotRange(3, 5), SlotRange(9, 10)),
)


def document_of(stored: StoredSnapshot) -> Any:
    return orjson.loads(zlib.decompress(stored.content))


def rewritten(document: Any) -> StoredSnapshot:
    """The document under its own digest, as whoever writes snapshots would."""
    text = orjson.dumps(document)
    return StoredSnapshot("model:risk", 1, sha256(text).hexdigest(), zlib.compress(text))


def test_a_running_experiment_comes_out_as_it_went_in() -> None:
    snapshot = decode_model_snapshot(a_snapshot([FULL], number=5))
    (namespace,) = Decider(snapshot, CelLanguage).namespaces("user")

    running = namespace.experiments["exp-1"]

    assert (snapshot.number, snapshot.unit_hash_key) == (5, SECRET)
    assert snapshot.attributes == {"age": AttributeType.INT}
    assert running.variants == FULL.variants
    assert (running.key, running.revision, running.allocation_version) == ("exp-1", 7, 3)
    assert (running.is_stopped, running.sticky) == (True, False)
    assert running.draw.salt == "exp:exp-1:another:3"  # type: ignore[union-attr]
    assert running.draw_name == "main:main"
    assert [slot for slot in range(20) if namespace.owner_of(slot) is running] == [3, 4, 9]


def test_a_namespace_keeps_its_draw_its_holdout_and_its_unit_type() -> None:
    experiment = an_experiment(unit_type="device")
    space = Namespace("main", unit_type="device", seed="2027", holdout_bps=10_000)
    snapshot = decode_model_snapshot(a_snapshot([experiment], [owning(experiment, namespace=space)]))

    (namespace,) = Decider(snapshot, CelLanguage).namespaces("device")

    assert namespace.draw.salt == "layer:main:2027"
    assert namespace.draw.unit_type == "device"
    assert namespace.holds_out(b"anybody")


def test_hashing_is_kept() -> None:
    both = [an_experiment("a", slots=HALVES[:1], hashing=Hashing.GROWTHBOOK_V2), an_experiment("b", slots=HALVES[1:])]
    (namespace,) = Decider(decode_model_snapshot(a_snapshot(both)), CelLanguage).namespaces("user")

    drawn = {key: type(each.draw).__name__ for key, each in namespace.experiments.items()}

    assert drawn == {"a": "GrowthbookDraw", "b": "Draw"}


@given(st.permutations("abcd"), st.permutations("abcd"))
def test_the_same_definitions_are_the_same_bytes_in_whatever_order(one: list[str], other: list[str]) -> None:
    def snapshot_of(keys: Iterable[str], namespace_keys: Iterable[str]) -> StoredSnapshot:
        experiments = {key: an_experiment(key, namespace=key) for key in keys}
        return a_snapshot(
            [*experiments.values()], [owning(experiments[key], namespace=Namespace(key)) for key in namespace_keys]
        )

    assert snapshot_of(one, other) == snapshot_of("abcd", "abcd")


def test_namespaces_stand_in_their_declared_order_then_by_key() -> None:
    experiments = [an_experiment(key, namespace=key) for key in "abc"]
    precedences = {"a": 20, "b": 10, "c": 10}
    spaces = [owning(it, namespace=Namespace(it.key, precedence=precedences[it.key])) for it in experiments]

    assert [it["key"] for it in document_of(a_snapshot(experiments, spaces))["namespaces"]] == ["b", "c", "a"]


def test_slots_of_other_models_experiments_belong_to_nobody_here() -> None:
    """They share the namespace, and only their own functions decide over them."""
    mine, theirs = an_experiment("mine", slots=HALVES[:1]), an_experiment("theirs", model="other", slots=HALVES[1:])

    document = document_of(a_snapshot([mine], [owning(mine, theirs)]))

    assert document["namespaces"][0]["slots"] == [[0, 500_000, 0]]


def test_two_experiments_that_disagree_on_a_type_are_refused_by_name() -> None:
    one = an_experiment("a", slots=HALVES[:1], attributes=attributes(age="int"))
    other = an_experiment("b", slots=HALVES[1:], attributes=attributes(age="string"))

    with pytest.raises(InvalidDefinition, match=r"experiment 'b': attributes\.age: .* int in experiment 'a'"):
        a_snapshot([one, other])


def test_experiments_that_agree_share_one_schema() -> None:
    one = an_experiment("a", slots=HALVES[:1], attributes=attributes(age="int", x="bool"))
    other = an_experiment("b", slots=HALVES[1:], attributes=attributes(age="int", y="strings"))

    schema = decode_model_snapshot(a_snapshot([one, other])).attributes

    assert schema == attributes(age="int", x="bool", y="strings")


def test_subjects_are_told_apart_by_model() -> None:
    assert subject_of("risk") == a_snapshot([]).subject == "model:risk"


def test_a_snapshot_of_nothing_decides_nothing() -> None:
    decider = Decider(decode_model_snapshot(a_snapshot([], [])), CelLanguage)

    assert decider.decide("user", "u", attributes={}, state=NOTHING_STORED) == []


GOOD = a_snapshot([an_experiment()])


@pytest.mark.parametrize(
    "garbage",
    [
        replace(GOOD, content=b""),
        replace(GOOD, content=b"<html>welcome</html>"),
        replace(GOOD, content=GOOD.content[:-9]),
        replace(GOOD, content=zlib.compress(b"{}")),
        replace(GOOD, digest="0" * 64),
        rewritten([]),
        rewritten({}),
        rewritten("text"),
        rewritten(None),
        rewritten(document_of(GOOD) | {"unit_hash_key": "no hexadecimal"}),
        rewritten(document_of(GOOD) | {"unit_hash_key": 7}),
        rewritten(document_of(GOOD) | {"attributes": {"age": "colour"}}),
        rewritten(document_of(GOOD) | {"attributes": []}),
    ],
)
def test_what_is_no_snapshot_is_told_as_unavailable(garbage: StoredSnapshot) -> None:
    with pytest.raises(StoreUnavailable, match="snapshot model:risk is unavailable: it cannot be read"):
        decode_model_snapshot(garbage)


@given(st.binary(max_size=200))
def test_no_content_breaks_a_reader(content: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        decode_model_snapshot(replace(GOOD, content=content))


def test_members_that_a_newer_writer_adds_do_not_disturb_an_older_reader() -> None:
    """Function versions live on while the control function is upgraded."""
    document = document_of(GOOD)
    newer = document | {
        "flavour": 1,
        "experiments": [it | {"flavour": 1} for it in document["experiments"]],
        "namespaces": [it | {"flavour": 1} for it in document["namespaces"]],
    }

    decided = [
        Decider(decode_model_snapshot(each), CelLanguage).decide("user", "u", attributes={}, state=NOTHING_STORED)
        for each in (GOOD, rewritten(newer))
    ]

    assert [it[0].variant for it in decided] == [decided[0][0].variant] * 2


def test_a_thousand_running_experiments_fit_into_one_item_of_400_kb() -> None:
    experiments = [
        an_experiment(f"experiment-{number}", slots=(SlotRange(number * 1000, number * 1000 + 1000),))
        for number in range(1000)
    ]

    assert len(a_snapshot(experiments).content) < 100_000


def test_a_snapshot_of_another_format_is_unavailable_and_so_never_replaces_the_last_good_one() -> None:
    document = orjson.loads(zlib.decompress(a_snapshot([an_experiment()]).content)) | {"format": 2}
    text = orjson.dumps(document)
    newer = StoredSnapshot("model:risk", 2, sha256(text).hexdigest(), zlib.compress(text))

    with pytest.raises(StoreUnavailable, match="its format is 2, this code reads 1"):
        decode_model_snapshot(newer)


def test_a_condition_of_another_language_takes_nobody_and_disturbs_nobody() -> None:
    first = an_experiment("first", slots=(SlotRange(0, SLOT_COUNT // 2),), eligibility="nonsense(")
    second = an_experiment("second", slots=(SlotRange(SLOT_COUNT // 2, SLOT_COUNT),))
    decider = Decider(decode_model_snapshot(a_snapshot([first, second])), CelLanguage)

    decided = [decider.decide("user", f"u{at}", attributes={}, state=NOTHING_STORED)[0] for at in range(50)]

    assert {(it.experiment.key, it.reason.value) for it in decided} == {
        ("first", "ATTRIBUTE_MISSING"),
        ("second", "BUCKETED"),
    }
