"""`sluice flag`: from its file to the archive, and what one unit gets of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Sluice, document_of
from tests.cli.experiment_files import flag_file

pytestmark = pytest.mark.xdist_group("cli-plane")

WHY = ("--why", "tested", "--json")


def evaluated(sluice: Sluice, key: str, *options: str) -> dict[str, Any]:
    document: dict[str, Any] = document_of(sluice("flag", "evaluate", key, *options, "--json"))
    return document


def test_a_flag_is_validated_defined_switched_and_archived(sluice: Sluice, key: str, tmp_path: Path) -> None:
    file = flag_file(tmp_path, key)

    would_be = document_of(sluice("flag", "validate", file, "--json"))
    unknown = sluice("flag", "show", key)
    created = document_of(sluice("flag", "create", file, *WHY))
    off = document_of(sluice("flag", "disable", key, *WHY))
    while_off = evaluated(sluice, key, "--unit", "ann")
    on = document_of(sluice("flag", "enable", key, *WHY))
    archived = document_of(sluice("flag", "archive", key, *WHY))

    assert would_be == {"flag": key, "is_valid": True, "would_be": "created"}
    assert unknown.exit_code == 4
    assert (created["written"], created["enabled"], off["enabled"], on["enabled"]) == ("created", True, False, True)
    assert (while_off["reason"], while_off["variant"], while_off["value"]) == ("DISABLED", None, None)
    assert archived["is_archived"]
    assert sluice("flag", "evaluate", key, "--unit", "ann").exit_code == 4
    history = document_of(sluice("flag", "show", key, "--history", "--json"))["history"]
    assert [it["changed"]["move"] for it in history] == ["define", "disable", "enable", "archive"]


def test_a_flag_is_evaluated_for_a_unit_with_the_reason(sluice: Sluice, key: str, tmp_path: Path) -> None:
    document_of(sluice("flag", "create", flag_file(tmp_path, key), *WHY))

    german = evaluated(sluice, key, "--unit", "ann", "--attr", "country=DE", "--attr", "age=30")
    other = evaluated(sluice, key, "--unit", "ann", "--attr", "country=FR")
    nobody = sluice("flag", "evaluate", key)

    assert (german["value"], german["reason"], german["ofrep_reason"], german["rule"]) == (
        True,
        "RULE",
        "TARGETING_MATCH",
        0,
    )
    assert german["attributes"] == {"country": "DE", "age": 30}
    assert (other["reason"], other["rule"]) == ("DEFAULT_SPLIT", None)
    assert other["value"] is (other["slot"] < 100_000)
    assert (nobody.exit_code, "TARGETING_KEY_MISSING" in nobody.stderr) == (3, True)


def test_a_variant_is_forced_on_one_unit_and_let_go(sluice: Sluice, key: str, tmp_path: Path) -> None:
    document_of(sluice("flag", "create", flag_file(tmp_path, key), *WHY))
    override = ("flag", "override", key, "--unit", f"{key}-ann")
    german = ("--attr", "country=DE")

    forced = document_of(sluice(*override, "--variant", "off", "--days", 1, *WHY))
    ann, bob = (evaluated(sluice, key, "--unit", f"{key}-{name}", *german) for name in ("ann", "bob"))
    removed = document_of(sluice(*override, "--remove", "--json"))
    after = evaluated(sluice, key, "--unit", f"{key}-ann", *german)

    assert (forced["subject"], forced["override"]["variant"]) == (f"flag:{key}", "off")
    assert [(it["variant"], it["reason"]) for it in (ann, bob, after)] == [
        ("off", "OVERRIDE"),
        ("on", "RULE"),
        ("on", "RULE"),
    ]
    assert (removed["override"], removed["removed"]) == (None, True)


def test_flags_are_searched_and_archived_ones_are_left_out(sluice: Sluice, key: str, tmp_path: Path) -> None:
    for name in ("one", "two", "old"):
        flag = flag_file(tmp_path, f"{key}-{name}", owner=key, description=f"about {name}")
        document_of(sluice("flag", "create", flag, *WHY))
    document_of(sluice("flag", "disable", f"{key}-two", *WHY))
    document_of(sluice("flag", "archive", f"{key}-old", *WHY))

    def found(*options: str) -> list[str]:
        listed = document_of(sluice("flag", "list", "--owner", key, *options, "--json"))
        return [it["definition"]["key"].removeprefix(f"{key}-") for it in listed]

    assert found() == ["one", "two"]
    assert found("--archived") == ["old", "one", "two"]
    assert found("--enabled") == ["one"]
    assert found("--disabled") == ["two"]
    assert found("--text", "ABOUT TWO") == ["two"]


def test_what_shows_as_a_file_is_what_create_takes(sluice: Sluice, key: str, tmp_path: Path) -> None:
    document_of(sluice("flag", "create", flag_file(tmp_path, f"{key}-needed"), *WHY))
    flag = flag_file(
        tmp_path,
        key,
        type="object",
        variants={"on": {"text": "no", "list": [1, 2.5, None]}, "off": {}},
        prerequisites={f"{key}-needed": ["on"]},
        off_variant="off",
        exposures=True,
    )
    created = document_of(sluice("flag", "create", flag, *WHY))

    shown = sluice("flag", "show", key, "--yaml").stdout

    assert document_of(sluice("flag", "validate", "-", "--json", typed=shown))["would_be"] == "unchanged"
    again = document_of(sluice("flag", "create", "-", *WHY, typed=shown))
    assert again["definition"] == created["definition"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prerequisites": {"nobody": ["on"]}}, "prerequisites.nobody: there is no such flag"),
        ({"rules": [{"when": "city == 1", "variant": "on"}]}, "rules[0].when: line 1, column 1: undeclared reference"),
        ({"attributes": {"country": "text"}}, "attributes.country: found 'text'"),
        ({"enabled": True}, "enabled: it is not written"),
    ],
)
def test_validate_says_what_defining_it_would_say_and_writes_nothing(
    sluice: Sluice, key: str, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    file = flag_file(tmp_path, key, **changes)

    refusals = [sluice("flag", "validate", file), sluice("flag", "create", file, "--why", "tested")]

    assert [refused.exit_code for refused in refusals] == [3, 3]
    assert refusals[0].stderr == refusals[1].stderr
    assert said in refusals[0].stderr
    assert sluice("flag", "show", key).exit_code == 4
