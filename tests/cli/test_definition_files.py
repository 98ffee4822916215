"""Definitions in files: YAML or JSON, and one sentence for everything else."""

from pathlib import Path

import pytest

from sluice.cli.definition_files import read_definition
from sluice.errors import InvalidRequest


@pytest.mark.parametrize(
    "text",
    [
        "key: a\nseed: '010'\nslots: [[0, 10]]\n",
        '\ufeff{"key": "a", "seed": "010", "slots": [[0, 10]]}',
        '{\n\t"key": "a",\n\t"seed": "010",\n\t"slots": [[0, 10]]\n}',
    ],
)
def test_yaml_and_json_are_read_alike(tmp_path: Path, text: str) -> None:
    file = tmp_path / "any.name"
    file.write_text(text)

    assert read_definition(str(file)) == {"key": "a", "seed": "010", "slots": [[0, 10]]}


def test_characters_that_json_escapes_in_two_halves_are_whole(tmp_path: Path) -> None:
    file = tmp_path / "experiment.json"
    file.write_text('{"hypothesis": "\\ud83d\\ude00"}')

    assert read_definition(str(file)) == {"hypothesis": "\N{GRINNING FACE}"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\na: 2", "line 2, column 1: the key 'a' stands twice"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": 1', "line 1, column 8"),
        (b"a: \xff", "cannot be read"),
        (b"a: " + b"x" * 262_144, "larger than 262144 bytes"),
        (b"[" * 20_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "experiment.yaml"
    file.write_bytes(content)

    with pytest.raises(InvalidRequest, match=r"experiment\.yaml: ") as refused:
        read_definition(str(file))

    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"cannot be read: .*No such file"):
        read_definition(str(tmp_path / "nowhere.yaml"))
