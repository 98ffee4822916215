"""What `make assets` built, by name."""

from dataclasses import dataclass
from pathlib import Path

from infra.declarations.environment import Architecture


class AssetsMissing(Exception):
    """A folder that should have been built is not there."""

    def __init__(self, folder: Path, architecture: Architecture) -> None:
        super().__init__(f"{folder} is not built; run `make assets ARCH={architecture}`")


@dataclass(frozen=True, slots=True)
class AssetFolders:
    """Below `root`: `functions/<name>` and `layers/<architecture>/<set>`."""

    root: Path
    architecture: Architecture

    def function(self, name: str) -> Path:
        """Our own code for one function. Raises AssetsMissing."""
        return self._built(self.root / "functions" / name)

    def layer(self, name: str) -> Path:
        """Third-party code of one requirement set. Raises AssetsMissing."""
        return self._built(self.root / "layers" / self.architecture / name)

    def _built(self, folder: Path) -> Path:
        if not folder.is_dir():
            raise AssetsMissing(folder, self.architecture)
        return folder
