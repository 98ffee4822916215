"""A requirement set: what one Lambda layer holds, as files below `layers/<set>/`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LayerSet:
    """`requirements` pins every distribution with its hashes, the ones it needs included."""

    name: str
    requirements: Path


def layer_sets(root: Path) -> list[LayerSet]:
    """Every set below `layers/`, by name."""
    return [LayerSet(path.parent.name, path) for path in sorted(root.glob("*/requirements.txt"))]
