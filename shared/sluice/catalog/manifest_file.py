"""A `model.yaml` on disk, read with the files that it names and nothing outside its folder."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sluice.catalog.manifest import Manifest
from sluice.catalog.manifest_problems import problems_of
from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.problem_sentences import problem
from sluice.catalog.strict_json import parse_json
from sluice.errors import InvalidManifest

MANIFEST_NAME = "model.yaml"
MANIFEST_LIMIT_BYTES = 256 * 1024
GOLDEN_LIMIT_BYTES = 192 * 1024
CARD_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A manifest that keeps every rule, and the .onnx file that it speaks of."""

    path: Path
    manifest: Manifest
    onnx_file: Path


def read_manifest(folder_or_file: Path) -> ManifestFile:
    """Read and check `model.yaml`. Raises InvalidManifest with every problem found."""
    path = folder_or_file / MANIFEST_NAME if folder_or_file.is_dir() else folder_or_file
    if not path.is_file():
        raise InvalidManifest(str(path), ["there is no such file"])
    reader = _Reader(path)
    document = reader.document()
    onnx_file = reader.inside("artefact", document.get("artefact"))
    document["golden_examples"] = reader.golden(document.get("golden_examples"))
    document["card"] = reader.text("card", document.get("card"), CARD_LIMIT_BYTES)
    manifest = reader.validate({key: value for key, value in document.items() if value is not _BROKEN})
    if manifest is None or onnx_file is None or reader.problems:
        raise InvalidManifest(str(path), reader.problems)
    return ManifestFile(path, manifest, onnx_file)


class _Broken:
    """Stands where a problem has been noted already."""


_BROKEN = _Broken()


@dataclass
class _Reader:
    path: Path
    problems: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The manifest's own mapping; nothing else can be checked without it."""
        text = self._read(self.path, str(self.path.name), MANIFEST_LIMIT_BYTES)
        try:
            document = parse_yaml(text) if text is not None else None
        except ValueError as error:
            raise InvalidManifest(str(self.path), [str(error)]) from error
        if self.problems or not isinstance(document, dict):
            raise InvalidManifest(str(self.path), self.problems or [problem("the manifest", document, "a mapping")])
        return document

    def golden(self, value: Any) -> Any:
        """Golden examples as they stand, or out of the JSON file that is named."""
        text = self.text("golden_examples", value, GOLDEN_LIMIT_BYTES)
        if text is value or text is _BROKEN:
            return text
        try:
            return parse_json(text)
        except ValueError as error:
            self.problems.append(f"golden_examples: {value} is not JSON: {error}")
            return _BROKEN

    def text(self, name: str, value: Any, limit_bytes: int) -> Any:
        """The text of the file that a field names; anything but a path is left for the schema to judge."""
        if not isinstance(value, str):
            return value
        file = self.inside(name, value)
        text = self._read(file, name, limit_bytes) if file else None
        return _BROKEN if text is None else text

    def inside(self, name: str, value: Any) -> Path | None:
        """The regular file that a field names, if it lies in the manifest's folder, symbolic links followed."""
        if not isinstance(value, str):
            return None
        folder = self.path.parent.resolve()
        try:
            file = (folder / value).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            self.problems.append(problem(name, value, f"the path of a file in {folder.name}/, there is none"))
            return None
        if not file.is_relative_to(folder) or not file.is_file():
            self.problems.append(problem(name, value, f"the path of a file inside {folder.name}/"))
            return None
        return file

    def validate(self, document: dict[str, Any]) -> Manifest | None:
        """The manifest, or None with its problems noted; fields that are broken already are not complained of twice."""
        try:
            return Manifest.model_validate(document)
        except ValidationError as error:
            broken = tuple(name for name in ("golden_examples", "card") if name not in document)
            self.problems += [each for each in problems_of(error, Manifest) if not each.startswith(broken)]
            return None

    def _read(self, file: Path, name: str, limit_bytes: int) -> str | None:
        try:
            with file.open("rb") as stream:
                content = stream.read(limit_bytes + 1)
            if len(content) > limit_bytes:
                self.problems.append(f"{name}: {file.name} is larger than {limit_bytes} bytes")
                return None
            return content.decode()
        except OSError as error:
            self.problems.append(f"{name}: {file} cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self.problems.append(f"{name}: {file.name} is not UTF-8 text: {error.reason} at byte {error.start}")
        return None
