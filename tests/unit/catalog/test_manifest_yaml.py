import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.manifest_yaml import parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("010", "010"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("1e-5", 1e-5),
        ("1.0", 1.0),
        (".5", 0.5),
        (".inf", math.inf),
        ("~", None),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
    ],
)
def test_scalars_mean_what_people_mean(text: str, value: Any) -> None:
    parsed = parse_yaml(f"key: {text}")["key"]

    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\na: 2", "line 2, column 1: the key 'a' stands twice"),
        ("a: &x 1\nb: *x", "line 2, column 4: aliases"),
        ("? [a]\n: 1", "line 1, column 3: a key must be text"),
        ("a: !!python/object:os.system x", "could not determine a constructor for the tag"),
        ("a: !!timestamp x", "could not determine a constructor for the tag"),
        ("a: !!binary AAAA", "could not determine a constructor for the tag"),
        ("a: [", "line 1, column 5"),
        ("a: \x00", "special characters are not allowed"),
        ("[" * 20_000, "nested too deeply"),
        ("a: 1\n---\nb: 2", "but found another document"),
    ],
)
def test_what_is_dangerous_or_ambiguous_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        parse_yaml(text)

    assert complaint in str(refusal.value)


def test_a_thousand_laughs_do_not_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)
    )

    with pytest.raises(ValueError, match="aliases"):
        parse_yaml(bomb)


# PyYAML writes by YAML 1.1, where 0E0 is text; we read by 1.2, where it is a number. From a letter on, both say text.
texts = st.from_regex(r"[a-zA-Z][^\W_0-9]?[ :#'\"\-\w]{0,8}", fullmatch=True)


@given(st.dictionaries(texts, st.one_of(texts, st.integers(), st.booleans(), st.none()), max_size=4))
def test_what_pyyaml_writes_is_read_back(document: dict[str, Any]) -> None:
    assert parse_yaml(yaml.safe_dump(document)) == document
