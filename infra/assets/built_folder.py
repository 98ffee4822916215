"""A folder that is there whole or not at all, and is built anew only if what it is made of has changed."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        """The facts of the last build if it had this fingerprint, else of a new one: `make` fills an empty folder.

        A second build of the same folder waits for the first.
        """
        with _alone(self.stamp.with_suffix(".lock")):
            return self._known(fingerprint) or self._build(fingerprint, make)

    def _build(self, fingerprint: str, make: Callable[[Path], None]) -> FolderFacts:
        """Beside the folder, then in its place: a build that is killed leaves the old folder or none, never a part."""
        partial = _emptied(self.folder.with_name(f".{self.folder.name}.partial"))
        make(partial)
        _settle_modes(partial)
        facts = facts_of(partial)
        self.stamp.unlink(missing_ok=True)
        _swap(partial, self.folder)
        _write_whole(self.stamp, json.dumps({"fingerprint": fingerprint, "facts": asdict(facts)}))
        return facts

    def _known(self, fingerprint: str) -> FolderFacts | None:
        if not (self.stamp.is_file() and self.folder.is_dir()):
            return None
        written = json.loads(self.stamp.read_bytes())
        return FolderFacts(**written["facts"]) if written["fingerprint"] == fingerprint else None


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


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
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.rename(path)
