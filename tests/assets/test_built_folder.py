"""A built folder: whole or absent, and built once."""

from pathlib import Path

import pytest

from infra.assets.built_folder import BuiltFolder


class Builder:
    def __init__(self, content: str = "first") -> None:
        self.content = content
        self.builds = 0

    def __call__(self, folder: Path) -> None:
        self.builds += 1
        (folder / "file").write_text(self.content)


class Killed(BaseException):
    pass


def killed_half_way(folder: Path) -> None:
    (folder / "half").write_text("made")
    raise Killed


@pytest.fixture
def built(tmp_path: Path) -> BuiltFolder:
    return BuiltFolder(tmp_path / "out" / "asset", tmp_path / "stamps" / "asset.json")


def test_nothing_is_built_again_while_nothing_has_changed(built: BuiltFolder) -> None:
    builder = Builder()

    first = built.build("same", builder)
    second = built.build("same", builder)

    assert (builder.builds, second) == (1, first)


def test_another_fingerprint_replaces_what_was_built(built: BuiltFolder) -> None:
    before = built.build("old", Builder("first"))
    after = built.build("new", Builder("second"))

    assert (built.folder / "file").read_text() == "second"
    assert after.digest != before.digest


def test_a_folder_that_somebody_took_away_is_built_again(built: BuiltFolder) -> None:
    built.build("same", Builder())
    (built.folder / "file").unlink()
    built.folder.rmdir()

    built.build("same", Builder())

    assert (built.folder / "file").exists()


def test_a_killed_build_leaves_nothing_half_made(built: BuiltFolder) -> None:
    with pytest.raises(Killed):
        built.build("any", killed_half_way)

    assert not built.folder.exists()


def test_a_killed_build_leaves_what_was_there(built: BuiltFolder) -> None:
    built.build("old", Builder("whole"))

    with pytest.raises(Killed):
        built.build("new", killed_half_way)

    assert [path.name for path in built.folder.iterdir()] == ["file"]


def test_what_a_killed_build_left_beside_does_not_get_in(built: BuiltFolder) -> None:
    with pytest.raises(Killed):
        built.build("any", killed_half_way)

    built.build("any", Builder())

    assert [path.name for path in built.folder.iterdir()] == ["file"]
    assert [path.name for path in built.folder.parent.iterdir()] == ["asset"]


def test_everybody_may_read_what_was_built(built: BuiltFolder) -> None:
    def secretive(folder: Path) -> None:
        (folder / "inner").mkdir(mode=0o700)
        (folder / "inner" / "file").touch(mode=0o600)

    built.build("any", secretive)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (built.folder, *built.folder.rglob("*"))}
    assert modes == {"asset": 0o755, "inner": 0o755, "file": 0o644}


def test_the_digest_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    one = BuiltFolder(tmp_path / "one", tmp_path / "one.json").build("a", Builder())
    other = BuiltFolder(tmp_path / "other", tmp_path / "other.json").build("b", Builder())

    assert one.digest == other.digest
