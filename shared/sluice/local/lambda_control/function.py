"""What the local Lambda knows of a function: versions of code and settings, and aliases over them. All immutable."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """A deployment package; `code_sha256` is base64 of the SHA-256 of the zip, as AWS shows it."""

    zip_bytes: bytes = field(repr=False)
    code_sha256: str

    @classmethod
    def of(cls, zip_bytes: bytes) -> "FunctionCode":
        """The package with its digest."""
        return cls(zip_bytes, base64.b64encode(sha256(zip_bytes).digest()).decode())


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """What UpdateFunctionConfiguration sets; the defaults are AWS's."""

    runtime: str
    role: str
    handler: str
    description: str = ""
    timeout_seconds: int = 3
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    architecture: str = "x86_64"
    dead_letter_arn: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionVersion:
    """Code and settings under one number, or under $LATEST. `arn` is the function's, without a qualifier."""

    arn: str
    function_name: str
    function_version: str
    code: FunctionCode
    settings: FunctionSettings
    last_modified: str
    revision_id: str

    def runs_like(self, other: "FunctionVersion") -> bool:
        """Whether an environment of one may serve the other: the same code under the same settings."""
        return self.code == other.code and self.settings == other.settings


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for one function version, or for two: `additional_weight` of 1.0 goes to `additional_version`."""

    name: str
    function_version: str
    description: str
    additional_version: str | None
    additional_weight: float
    revision_id: str


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """One function. `last_number` never goes back, even when versions are deleted.

    `published_from` is $LATEST as it was at the last publication; `provisioned`, how many environments a version asks
    to have kept ready.
    """

    name: str
    latest: FunctionVersion
    published: Mapping[str, FunctionVersion] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, Alias] = field(default_factory=lambda: MappingProxyType({}))
    last_number: int = 0
    published_from: FunctionVersion | None = None
    provisioned: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def find_version(self, function_version: str) -> FunctionVersion | None:
        """The version under a number or $LATEST, or None; aliases are not looked at."""
        return self.latest if function_version == LATEST else self.published.get(function_version)
