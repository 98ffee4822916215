import math
from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.approval import ApprovalState
from sluice.catalog.manifest_file import read_manifest
from sluice.catalog.manifest_version import disagreements, document_size_bytes, model_of, pending_version
from sluice.catalog.signature import Signature, TensorSpec
from sluice.catalog.version_document import promise_digest
from tests.unit.catalog.builders import AFFINE_SIGNATURE, NOON, a_model, a_version, an_artefact, write_manifest


def test_a_manifest_becomes_a_pending_version(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path)).manifest

    version = pending_version(manifest, an_artefact(), AFFINE_SIGNATURE, by="ada", at=NOON)

    assert version.approval.state is ApprovalState.PENDING
    assert version.manifest_digest == promise_digest(version)
    assert version.golden_examples == a_version().golden_examples
    assert model_of(manifest) == a_model()


@pytest.mark.parametrize(
    ("shape", "complains"),
    [
        ((-1, 3), False),
        ((-1, 1, 3), False),
        ((-1, 30), True),
        ((-1, 2, 2), True),
        ((-1, -1), False),
        ((-1,), False),
        ((), False),
    ],
)
def test_feature_names_are_counted_where_the_graph_fixes_their_number(
    tmp_path: Path, shape: tuple[int, ...], complains: Any
) -> None:
    manifest = read_manifest(write_manifest(tmp_path)).manifest
    signature = Signature((TensorSpec("x", "FP32", shape),), AFFINE_SIGNATURE.outputs)

    expected = f"feature_names: found 3 names, allowed: {math.prod(shape[1:])}, the graph takes {list(shape)}"
    assert disagreements(manifest, signature) == ([expected] if complains else [])


def test_feature_names_are_not_counted_over_several_inputs(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path)).manifest
    signature = Signature((TensorSpec("x", "FP32", (-1, 30)),) * 2, AFFINE_SIGNATURE.outputs)

    assert disagreements(manifest, signature) == []


def test_a_meaning_for_an_output_that_is_not_there_is_told(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path, output_meaning={"score": "leave"})).manifest

    assert disagreements(manifest, AFFINE_SIGNATURE) == [
        "output_meaning.score: there is no such output, the graph has scores"
    ]


def test_the_size_of_a_document_counts_what_text_takes_in_utf8() -> None:
    grown = document_size_bytes(a_version(card="é" * 100)) - document_size_bytes(a_version(card=""))

    assert grown == 200
