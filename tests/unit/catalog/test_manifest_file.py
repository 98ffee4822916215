import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluice.catalog.manifest_file import CARD_LIMIT_BYTES, GOLDEN_LIMIT_BYTES, MANIFEST_LIMIT_BYTES, read_manifest
from sluice.errors import InvalidManifest
from tests.unit.catalog.builders import a_manifest, write_manifest


def problems_in(folder: Path) -> tuple[str, ...]:
    with pytest.raises(InvalidManifest) as refusal:
        read_manifest(folder)
    return refusal.value.problems


def test_a_manifest_is_read_with_the_files_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "golden.json").write_text(json.dumps(a_manifest()["golden_examples"]))
    write_manifest(tmp_path, golden_examples="golden.json")

    source = read_manifest(tmp_path)

    assert source.manifest.card == "# Churn\n"
    assert source.manifest.golden_examples[0].name == "one"
    assert source.onnx_file == tmp_path.resolve() / "model.onnx"


def test_a_manifest_may_be_named_itself(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    (tmp_path / "model.yaml").rename(tmp_path / "other.yaml")

    assert read_manifest(tmp_path / "other.yaml").manifest.model.name == "churn"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"version": 1.0}, "version: found 1.0, allowed: a whole number"),
        ({"version": 0}, "version: found 0, allowed: 1 or more"),
        ({"version": True}, "version: found true, allowed: a whole number"),
        ({"artefact": None}, "artefact: missing, it is required"),
        ({"metrcs": {}}, "metrcs: there is no such field, did you mean metrics?"),
        ({"metrics": {"auc": float("nan")}}, "metrics.auc: found nan, allowed: a finite number"),
        ({"feature_names": ["a", "a"]}, 'feature_names: found ["a", "a"], allowed: each name once, not a twice'),
        ({"feature_names": "age"}, "feature_names: found 'age', allowed: a list"),
        ({"golden_examples": []}, "golden_examples: found [], allowed: 1 or more entries"),
        ({"output_meaning": {"scores": ""}}, "output_meaning.scores: found '', allowed: text that is not empty"),
        ({"card": 3}, "card: found 3, allowed: text (put it in quotes)"),
    ],
)
def test_a_problem_names_field_found_and_allowed(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    write_manifest(tmp_path, **changes)

    assert problems_in(tmp_path) == (expected,)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("risk_tier", "hgih", "model.risk_tier: found 'hgih', allowed: low, medium, high"),
        ("latency_budget_ms", 0, "model.latency_budget_ms: found 0, allowed: 1 or more"),
        (
            "name",
            "Churn!",
            "model.name: found 'Churn!', allowed: 2-40 of a-z, 0-9 and '-', from a letter to a letter or digit",
        ),
        ("owner", " ", "model.owner: found ' ', allowed: text that is not empty"),
        ("description", 12, "model.description: found 12, allowed: text (put it in quotes)"),
        ("riskier", 1, "model.riskier: there is no such field, did you mean risk_tier?"),
    ],
)
def test_the_facts_of_the_model_are_checked(tmp_path: Path, field: str, value: Any, expected: str) -> None:
    write_manifest(tmp_path, model={**a_manifest()["model"], field: value})

    assert problems_in(tmp_path) == (expected,)


def test_the_path_of_a_problem_reaches_into_lists(tmp_path: Path) -> None:
    example = a_manifest()["golden_examples"][0]
    write_manifest(tmp_path, golden_examples=[example, {**example, "tolerance": -1, "inputs": {"x": {"a": 1}}}])

    assert problems_in(tmp_path) == (
        'golden_examples[1].inputs.x: found {"a": 1}, allowed: nested lists of numbers, texts, true and false',
        "golden_examples[1].tolerance: found -1, allowed: 0 or more",
    )


def test_every_violation_is_told_at_once(tmp_path: Path) -> None:
    write_manifest(tmp_path, version=0, artefact="gone.onnx", card="gone.md", lineage={"code_commit": "x"})

    fields = [problem.split(":")[0] for problem in problems_in(tmp_path)]

    assert fields == [
        "artefact",
        "card",
        "version",
        "lineage.training_data_uri",
        "lineage.training_data_digest",
        "lineage.code_commit",
    ]


@pytest.mark.parametrize("path", ["../model.onnx", "/etc/passwd", "link.onnx", "folder", "gone.onnx", "a\0b"])
def test_a_path_that_leaves_the_folder_or_names_no_file_is_refused(tmp_path: Path, path: str) -> None:
    folder = write_manifest(tmp_path / "inner", artefact=path)
    (tmp_path / "model.onnx").write_bytes(b"outside")
    (folder / "link.onnx").symlink_to(tmp_path / "model.onnx")
    (folder / "folder").mkdir()

    (problem,) = problems_in(folder)

    assert problem.startswith(f"artefact: found {path!r}, allowed: the path of a file in")


@pytest.mark.parametrize(
    ("name", "limit_bytes"),
    [("card.md", CARD_LIMIT_BYTES), ("golden.json", GOLDEN_LIMIT_BYTES), ("model.yaml", MANIFEST_LIMIT_BYTES)],
)
def test_a_file_over_its_limit_is_refused_by_name(tmp_path: Path, name: str, limit_bytes: int) -> None:
    (tmp_path / "golden.json").write_text(json.dumps(a_manifest()["golden_examples"]))
    write_manifest(tmp_path, golden_examples="golden.json")
    content = (tmp_path / name).read_text()

    (tmp_path / name).write_text(content + " " * (limit_bytes - len(content)))
    read_manifest(tmp_path)
    (tmp_path / name).write_text(content + " " * (limit_bytes - len(content) + 1))

    assert f"{name} is larger than {limit_bytes} bytes" in problems_in(tmp_path)[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"name": "a", "name": "b"}]', "golden.json is not JSON: the key 'name' stands twice"),
        (b"[", "golden.json is not JSON"),
        (b"[" * 100_000, "golden.json is not JSON"),
        (b"\xff", "golden.json is not UTF-8 text"),
    ],
)
def test_golden_examples_that_are_not_json_are_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "golden.json").write_bytes(content)
    write_manifest(tmp_path, golden_examples="golden.json")

    (problem,) = problems_in(tmp_path)

    assert problem.startswith("golden_examples: ")
    assert expected in problem


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: *x", "just text"])
def test_a_manifest_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.yaml").write_text(text)

    assert len(problems_in(tmp_path)) == 1


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    assert problems_in(tmp_path) == ("there is no such file",)


def test_scientific_tolerances_are_numbers(tmp_path: Path) -> None:
    text = yaml.safe_dump(a_manifest()).replace("tolerance: 1.0e-06", "tolerance: 1e-6")
    write_manifest(tmp_path)
    (tmp_path / "model.yaml").write_text(text)

    assert "1e-6" in text
    assert read_manifest(tmp_path).manifest.golden_examples[0].tolerance == 1e-6
