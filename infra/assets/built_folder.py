"""A folder that is there whole or not at all, and is built anew only if what it is made of has changed."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.assets.folder_facts import FolderFacts, facts_of

_EVERYONE_READS = 0o644
_EVERYONE_ENTERS = 0o755


@dataclass(frozen=True, slots=True)
class BuiltFolder:
    """`stamp` says what the folder was built from; it lies elsewhere, because whatever is inside is deployed."""

    folder: Path
    stamp: Path

    def build(self, fingerprint: str, make: Callable[[Path], None]) -> FolderFacts:
        """The facts of the last build with this fingerprint, or of a new one: `make` fills an empty folder.

        One build at a time. It happens beside the folder and then takes its place, so a build that is killed leaves
        the old folder, or none; never a part of one.
        """
        known = self._known(fingerprint)
        if known is not None:
            return known
        self.stamp.unlink(missing_ok=True)
        partial = _emptied(self.folder.with_name(f".{self.folder.name}.partial"))
        make(partial)
        _settle_modes(partial)
        facts = facts_of(partial)
        _swap(partial, self.folder)
        _write_whole(self.stamp, json.dumps({"fingerprint": fingerprint, "facts": asdict(facts)}))
        return facts

    def _known(self, fingerprint: str) -> FolderFacts | None:
        if not (self.stamp.is_file() and self.folder.is_dir()):
            return None
        written = json.loads(self.stamp.read_bytes())
        return FolderFacts(**written["facts"]) if written["fingerprint"] == fingerprint else None


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _settle_modes(folder: Path) -> None:
    """The same permissions whatever the umask here: Lambda's user is not the one that built."""
    folder.chmod(_EVERYONE_ENTERS)
    for root, folders, files in os.walk(folder):
        for name in folders:
            Path(root, name).chmod(_EVERYONE_ENTERS)
        for name in files:
            Path(root, name).chmod(_EVERYONE_READS)


def _swap(built: Path, folder: Path) -> None:
    """A folder with files in it cannot be renamed over, so the old one steps aside first."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    built.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.rename(path)
