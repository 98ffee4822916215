"""Slimming on a small tree."""

from pathlib import Path

import pytest

from infra.assets.slimming import SlimmingRule, files_of, read_rules, slim


def a_tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def names_in(tree: Path) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in files_of(tree)}


def test_what_no_rule_matches_stays(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "pack/__init__.py", "pack/__init__.pyi", "pack/deep/types.pyi")

    slim(tree, [SlimmingRule("types", ("*.pyi",))])

    assert names_in(tree) == {"pack/__init__.py"}


def test_a_rule_keeps_what_it_says_it_keeps(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "data/s3/a.json", "data/ec2/a.json", "data/endpoints.json")

    slim(tree, [SlimmingRule("services", ("data/*/*",), keep=("data/s3/*",))])

    assert names_in(tree) == {"data/s3/a.json", "data/endpoints.json"}


def test_what_one_rule_keeps_another_may_remove(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "data/s3/a.json", "data/s3/examples.json")
    rules = [
        SlimmingRule("services", ("data/*/*",), keep=("data/s3/*",)),
        SlimmingRule("examples", ("*/examples.json",)),
    ]

    slim(tree, rules)

    assert names_in(tree) == {"data/s3/a.json"}


def test_a_folder_that_is_left_empty_goes_too(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "pack/__init__.py", "pack/tests/data/deep/one.csv")

    slim(tree, [SlimmingRule("tests", ("*/tests/*",))])

    assert not (tree / "pack" / "tests").exists()


def test_a_member_that_rules_do_not_have_is_refused(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nreason = "a typo"\nremoves = ["*"]\n')

    with pytest.raises(TypeError, match="removes"):
        read_rules(rules)


def test_a_rule_without_a_reason_is_refused(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nremove = ["*.pyi"]\n')

    with pytest.raises(TypeError, match="reason"):
        read_rules(rules)
