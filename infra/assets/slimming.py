"""Taking out of a tree what rules say, and nothing else. The rules are data, each with its reason."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SlimmingRule:
    """Patterns of paths relative to the tree, in which `*` matches slashes too; `keep` wins over `remove`."""

    reason: str
    remove: tuple[str, ...]
    keep: tuple[str, ...] = ()

    def removes(self, name: str) -> bool:
        """Whether this rule takes the file out."""
        return _matches(name, self.remove) and not _matches(name, self.keep)


def read_rules(path: Path) -> tuple[SlimmingRule, ...]:
    """The rules of a TOML file. Raises TypeError or KeyError on a member that rules do not have, or lack."""
    document = tomllib.loads(path.read_text())
    return tuple(_rule(**members) for members in document["rule"])


def slim(tree: Path, rules: Sequence[SlimmingRule]) -> None:
    """Delete what any rule removes, and the folders that this leaves empty."""
    for path in list(files_of(tree)):
        name = path.relative_to(tree).as_posix()
        if any(rule.removes(name) for rule in rules):
            path.unlink()
    _remove_empty_folders(tree)


def files_of(tree: Path) -> Iterable[Path]:
    """Every file below, in no order."""
    return (path for path in tree.rglob("*") if not path.is_dir())


def _rule(reason: str, remove: list[str], keep: Sequence[str] = ()) -> SlimmingRule:
    return SlimmingRule(reason, tuple(remove), tuple(keep))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _remove_empty_folders(tree: Path) -> None:
    for folder in sorted((path for path in tree.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
