"""Frozen bins of outputs: written in the manifest, kept with the version, carried into releases."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.manifest_file import read_manifest
from sluice.catalog.manifest_version import disagreements, pending_version
from sluice.catalog.release_document import content_digest, content_from_document, content_to_bytes
from sluice.catalog.signature import Signature, TensorSpec
from sluice.catalog.version_document import promise_digest, version_from_document, version_to_document
from sluice.errors import InvalidManifest
from tests.unit.catalog.builders import (
    AFFINE_SIGNATURE,
    NOON,
    a_content,
    a_version,
    an_approval,
    an_artefact,
    write_manifest,
)

EDGES = (0.0, 0.5, 1.0)


def outputs_of(edges: Any, name: str = "scores") -> dict[str, Any]:
    return {"outputs": {name: {"edges": edges}}}


def test_edges_become_part_of_the_version(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path, reference=outputs_of([0, 0.5, 1]))).manifest

    version = pending_version(manifest, an_artefact(), AFFINE_SIGNATURE, by="ada", at=NOON)

    assert version.reference == {"scores": EDGES}
    assert (
        version.manifest_digest
        != pending_version(
            read_manifest(write_manifest(tmp_path / "bare")).manifest,
            an_artefact(),
            AFFINE_SIGNATURE,
            by="ada",
            at=NOON,
        ).manifest_digest
    )


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (outputs_of([1]), "reference.outputs.scores.edges: found [1], allowed: 2 or more entries"),
        (outputs_of(list(range(102))), "reference.outputs.scores.edges: found"),
        (outputs_of([0, 0.5, 0.5]), "reference.outputs.scores.edges: found [0, 0.5, 0.5], allowed: numbers that grow"),
        (outputs_of([1, 0]), "allowed: numbers that grow, not 0.0 after 1.0"),
        (outputs_of([0, float("inf")]), "reference.outputs.scores.edges[1]: found inf, allowed: a finite number"),
        (outputs_of(["low", 1]), "reference.outputs.scores.edges[0]: found 'low', allowed: a number"),
        ({"outputs": {}}, "reference.outputs: found {}, allowed: 1 or more entries"),
        ({"outputs": {"edges": {"edges": [0, 1], "odd": 1}}}, "reference.outputs.edges.odd: there is no such field"),
        ({"outputs": {"scores": {"edges": [0, 1], "odd": 1}}}, "reference.outputs.scores.odd: there is no such field"),
        ({"inputs": {}}, "reference.outputs: missing, it is required"),
    ],
)
def test_a_reference_that_breaks_a_rule_is_refused(tmp_path: Path, reference: Any, expected: str) -> None:
    with pytest.raises(InvalidManifest) as refusal:
        read_manifest(write_manifest(tmp_path, reference=reference))

    assert any(expected in problem for problem in refusal.value.problems), refusal.value.problems


@pytest.mark.parametrize("name", ["score", "label"])
def test_bins_are_for_outputs_of_numbers_that_the_graph_has(tmp_path: Path, name: str) -> None:
    manifest = read_manifest(write_manifest(tmp_path, reference=outputs_of([0, 1], name))).manifest
    signature = Signature(AFFINE_SIGNATURE.inputs, (*AFFINE_SIGNATURE.outputs, TensorSpec("label", "BYTES", (-1,))))

    assert disagreements(manifest, signature) == [
        f"reference.outputs.{name}: found no output of numbers with this name, allowed: scores"
    ]


def test_a_version_with_edges_survives_its_document() -> None:
    version = a_version(reference={"scores": EDGES})

    document = json.loads(json.dumps(version_to_document(version)))

    assert version_from_document(document, an_approval()) == version


def test_a_version_without_edges_promises_what_it_did_before_there_were_any() -> None:
    assert "reference" not in version_to_document(a_version())
    assert promise_digest(a_version()) != promise_digest(a_version(reference={"scores": EDGES}))


def test_a_release_carries_the_edges_and_one_without_has_the_digest_that_it_always_had() -> None:
    content = a_content()
    with_edges = replace(content, versions={1: replace(content.versions[1], reference={"scores": EDGES})})

    assert content_from_document(json.loads(content_to_bytes(with_edges))) == with_edges
    assert content_digest(with_edges) != content_digest(content)
    assert b"reference" not in content_to_bytes(content)
