"""Builds every asset of a checkout into a folder, for one architecture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.assets.built_folder import BuiltFolder
from infra.assets.bytecode import compile_tree
from infra.assets.fingerprint import fingerprint_of
from infra.assets.folder_facts import FolderFacts
from infra.assets.function_code import function_names, function_sources, stage_function
from infra.assets.layer_set import LayerSet, layer_sets
from infra.assets.requirement_install import install
from infra.assets.slimming import read_rules, slim
from infra.assets.target_python import TargetPython
from infra.declarations.environment import Architecture

LAYERS_SHOWN_AS = "/opt/python"  # where Lambda mounts them
FUNCTIONS_SHOWN_AS = "/var/task"


@dataclass(frozen=True, slots=True)
class Workshop:
    """From `checkout` into `out`: `layers/<architecture>/<set>`, `functions/<name>`. No bytecode without `python`."""

    checkout: Path
    out: Path
    architecture: Architecture
    python: TargetPython | None

    def build_layers(self) -> dict[str, FolderFacts]:
        """Every set. Raises InstallFailed or CompilationFailed."""
        return {layer.name: self._layer(layer) for layer in layer_sets(self.checkout / "layers")}

    def build_functions(self) -> dict[str, FolderFacts]:
        """Every function. Raises CompilationFailed."""
        return {name: self._function(name) for name in function_names(self.checkout)}

    def _layer(self, layer: LayerSet) -> FolderFacts:
        rules = self.checkout / "layers" / "slimming.toml"

        def make(folder: Path) -> None:
            tree = folder / "python"
            install(layer.requirements, tree, self.architecture)
            slim(tree, read_rules(rules))
            self._compile(tree, LAYERS_SHOWN_AS)

        sources = [("requirements", layer.requirements), ("rules", rules)]
        return self._built(f"layers/{self.architecture}/{layer.name}", sources, make)

    def _function(self, name: str) -> FolderFacts:
        def make(folder: Path) -> None:
            stage_function(name, self.checkout, folder)
            self._compile(folder, FUNCTIONS_SHOWN_AS)

        return self._built(f"functions/{name}", function_sources(name, self.checkout), make)

    def _compile(self, tree: Path, shown_as: str) -> None:
        if self.python is not None:
            compile_tree(self.python, tree, shown_as=shown_as)

    def _built(self, name: str, sources: Iterable[tuple[str, Path]], make: Callable[[Path], None]) -> FolderFacts:
        bytecode = self.python.version if self.python else "none"
        built = BuiltFolder(self.out / name, self.out / "stamps" / f"{name}.json")
        return built.build(fingerprint_of([name, bytecode], sources), make)
