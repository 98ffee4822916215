import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.approval import ApprovalState
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model_version import GoldenExample, Lineage
from sluice.catalog.signature import Signature, TensorSpec
from sluice.catalog.version_document import (
    approval_from_document,
    approval_to_document,
    differing_fields,
    promise_digest,
    version_from_document,
    version_to_document,
)
from tests.unit.catalog.builders import a_version, an_approval, an_artefact

names = st.text("abcxyz_", min_size=1, max_size=5)
leaves = st.one_of(st.booleans(), st.integers(-(2**63), 2**64), st.floats(allow_nan=False), st.text(max_size=5))
values = st.dictionaries(names, st.lists(leaves, max_size=3), max_size=2)
specs = st.builds(TensorSpec, names, st.sampled_from(["FP32", "BYTES"]), st.lists(st.integers(-1, 9)).map(tuple))
files = st.builds(ArtefactFile, names, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 2**40))
versions = st.builds(
    a_version,
    st.integers(1, 10**9),
    st.sampled_from(ApprovalState),
    artefact=st.builds(Artefact, st.lists(files, min_size=1, max_size=2).map(tuple)),
    signature=st.builds(Signature, st.lists(specs).map(tuple), st.lists(specs).map(tuple)),
    feature_names=st.lists(names).map(tuple),
    output_meaning=st.dictionaries(names, st.text(max_size=9)),
    lineage=st.builds(Lineage, names, names, names, st.lists(names).map(tuple)),
    metrics=st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False)),
    golden_examples=st.lists(st.builds(GoldenExample, names, values, values, st.floats(0, 1))).map(tuple),
    card=st.text(max_size=20),
)


@given(versions)
def test_a_version_survives_its_document(version: Any) -> None:
    document = json.loads(json.dumps(version_to_document(version)))

    assert version_from_document(document, version.approval) == version


def test_an_approval_survives_its_document() -> None:
    approval = an_approval(ApprovalState.RETIRED)

    assert approval_from_document(json.loads(json.dumps(approval_to_document(approval)))) == approval


def test_the_promise_is_the_same_whichever_number_date_and_approval_it_has() -> None:
    version = a_version(1)

    other = replace(a_version(2, ApprovalState.APPROVED), registered_by="bob")

    assert promise_digest(version) == promise_digest(other)


@pytest.mark.parametrize(
    "change",
    [{"card": "# Other"}, {"metrics": {}}, {"artefact": an_artefact("c")}, {"golden_examples": ()}, {"model": "other"}],
)
def test_every_part_of_the_promise_is_in_its_digest(change: dict[str, Any]) -> None:
    changed = a_version(1, **change)

    assert changed.manifest_digest != a_version(1).manifest_digest
    assert differing_fields(a_version(1), changed) == list(change)


@pytest.mark.parametrize("document", [{}, {"model": 1}, {**version_to_document(a_version()), "artefact": [{}]}])
def test_a_document_that_is_not_ours_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        version_from_document(document, an_approval())
