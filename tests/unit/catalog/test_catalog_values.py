from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.approval import ApprovalState, check_move
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.artefact_files import copy_artefact
from sluice.catalog.refusals import approval_moved, number_taken, unapproved
from sluice.catalog.release import function_name_of
from sluice.errors import ArtefactRefused, IllegalApproval, UnknownModelVersion
from tests.unit.catalog.builders import a_model, a_version

LEGAL = {
    (ApprovalState.PENDING, ApprovalState.APPROVED),
    (ApprovalState.PENDING, ApprovalState.REJECTED),
    (ApprovalState.APPROVED, ApprovalState.RETIRED),
}


@pytest.mark.parametrize("present", ApprovalState)
@pytest.mark.parametrize("wanted", ApprovalState)
def test_only_the_listed_moves_are_legal(present: ApprovalState, wanted: ApprovalState) -> None:
    if (present, wanted) in LEGAL:
        check_move("churn version 1", present, wanted)
    else:
        with pytest.raises(IllegalApproval, match=f"churn version 1 is {present}; it cannot become {wanted}"):
            check_move("churn version 1", present, wanted)


@pytest.mark.parametrize(
    "facts",
    [{"name": "A"}, {"name": "a"}, {"name": "a-"}, {"name": "a" * 41}, {"owner": " "}, {"latency_budget_ms": 0}],
)
def test_a_model_that_could_not_be_served_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(facts))):
        a_model(**facts)


def test_an_artefact_of_one_file_has_that_files_digest() -> None:
    assert Artefact((ArtefactFile("model.onnx", "a" * 64, 1),)).digest == "a" * 64


def test_an_artefact_of_several_files_has_the_digest_of_their_listing() -> None:
    artefact = Artefact((ArtefactFile("m.onnx", "a" * 64, 1), ArtefactFile("w.bin", "b" * 64, 2)))

    assert artefact.digest == sha256(f"{'a' * 64}  m.onnx\n{'b' * 64}  w.bin\n".encode()).hexdigest()
    assert artefact.size_bytes == 3


def test_the_copy_of_an_artefact_keeps_its_relative_paths(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "data").mkdir(parents=True)
    (source / "m.onnx").write_bytes(b"graph")
    (source / "data" / "w.bin").write_bytes(b"weights")

    artefact = copy_artefact(source / "m.onnx", [source / "data" / "w.bin"], folder=target)

    assert [file.path for file in artefact.files] == ["m.onnx", "data/w.bin"]
    assert artefact.files[1].digest == sha256((target / "data" / "w.bin").read_bytes()).hexdigest()


def test_an_artefact_that_vanishes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactRefused, match="cannot be read: No such file"):
        copy_artefact(tmp_path / "m.onnx", [], folder=tmp_path)


def test_a_taken_number_says_what_differs() -> None:
    refusal = number_taken(a_version(card="# New", metrics={}), a_version())

    assert str(refusal) == "churn version 1 is already registered with another metrics, card"


def test_a_version_that_vanished_cannot_be_decided_on() -> None:
    assert isinstance(approval_moved(a_version(), None, ApprovalState.APPROVED), UnknownModelVersion)


def test_every_unapproved_version_is_listed_with_its_state() -> None:
    found = {1: a_version(1, ApprovalState.APPROVED), 2: a_version(2), 3: None}

    assert str(unapproved("churn", found)).endswith("found 2: pending, 3: not registered")
    assert unapproved("churn", {1: found[1]}) is None


def test_a_function_is_named_for_its_model() -> None:
    assert function_name_of("churn") == "inference-churn"
