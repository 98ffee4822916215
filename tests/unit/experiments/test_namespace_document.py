"""Namespaces as documents."""

import json
from typing import Any

import pytest
from hypothesis import given

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.yaml_writing import to_yaml
from sluice.errors import InvalidDefinition
from sluice.experiments.namespace import Namespace
from sluice.experiments.namespace_document import (
    namespace_from_document,
    namespace_from_written,
    namespace_to_document,
    written_part,
)
from tests.unit.experiments.definition_strategies import NEW_NAMESPACES, namespaces


@given(NEW_NAMESPACES)
def test_what_a_person_writes_comes_back_through_json_and_yaml(namespace: Namespace) -> None:
    document = written_part(namespace)

    assert namespace_from_written(json.loads(json.dumps(document))) == namespace
    assert namespace_from_written(parse_yaml(to_yaml(document))) == namespace


@given(namespaces())
def test_what_is_stored_comes_back_with_owners_and_what_rests(namespace: Namespace) -> None:
    assert namespace_from_document(json.loads(json.dumps(namespace_to_document(namespace)))) == namespace


def test_a_key_is_enough() -> None:
    assert namespace_from_written({"key": "checkout"}) == Namespace("checkout")


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("key", "Checkout", "key: found 'Checkout'"),
        ("holdout", 100, "holdout: there is no such field, did you mean holdout_bps?"),
        ("holdout_bps", -1, "holdout_bps: found -1, allowed: 0 to 10000 basis points"),
        ("holdout_bps", "5%", "holdout_bps: found '5%', allowed: a whole number"),
        ("precedence", 1_001, "precedence: found 1001, allowed: 0 to 1000"),
        ("quarantine_days", -1, "quarantine_days: found -1, allowed: 0 to 1000"),
        ("unit_type", "User", "unit_type: it must be lower-case letters"),
        ("seed", "\n", "seed: must be printable"),
        ("description", "x" * 40_000, "the document: it has 40"),
        ("owned", [], "owned: it is not written: experiments claim slots when they start"),
        ("quarantined", [], "quarantined: it is not written: experiments leave slots to rest"),
        ("revision", 1, "revision: it is not written: it is counted with every change"),
    ],
)
def test_what_breaks_a_rule_is_named(member: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        namespace_from_written({"key": "checkout", member: value})

    assert str(refused.value).split(": ", 1)[1].startswith(message)


@pytest.mark.parametrize(
    ("resting", "message"),
    [
        ({"until": "tomorrow"}, r"quarantined\[0\]\.until: found 'tomorrow', allowed: an instant with its offset"),
        ({"until": "2026-11-21T12:00:00"}, r"quarantined\[0\]\.until: found '2026-11-21T12:00:00', allowed"),
        ({"slots": [[5, 5]]}, r"quarantined\[0\]\.slots: found \[5, 5\]"),
        ({"experiment": 3}, r"quarantined\[0\]\.experiment: found 3, allowed: text"),
    ],
)
def test_a_stored_document_that_is_not_ours_is_refused(resting: dict[str, Any], message: str) -> None:
    rest = {"experiment": "old", "slots": [[0, 10]], "until": "2026-11-21T12:00:00+00:00"} | resting
    document = namespace_to_document(Namespace("checkout")) | {"quarantined": [rest]}

    with pytest.raises(InvalidDefinition, match=message):
        namespace_from_document(document)
