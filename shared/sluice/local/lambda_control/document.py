"""Every function as one JSON-able document, and back. Deployment packages are kept once each, in base64."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from sluice.local.lambda_control.function import Alias, FunctionCode, FunctionSettings, FunctionVersion, LambdaFunction


def functions_to_document(functions: Iterable[LambdaFunction]) -> dict[str, Any]:
    """The document; `functions_from_document` reads it back."""
    packages: dict[str, str] = {}
    described = [_describe_function(function, packages) for function in functions]
    return {"functions": described, "packages": packages}


def functions_from_document(document: Mapping[str, Any]) -> dict[str, LambdaFunction]:
    """Functions by name. Raises KeyError or TypeError for a document of another shape."""
    packages = {digest: FunctionCode.of(base64.b64decode(text)) for digest, text in document["packages"].items()}
    return {described["name"]: _read_function(described, packages) for described in document["functions"]}


def _describe_function(function: LambdaFunction, packages: dict[str, str]) -> dict[str, Any]:
    source = function.published_from
    return {
        "name": function.name,
        "latest": _describe_version(function.latest, packages),
        "published": [_describe_version(version, packages) for version in function.published.values()],
        "aliases": [asdict(alias) for alias in function.aliases.values()],
        "last_number": function.last_number,
        "provisioned": dict(function.provisioned),
        "published_from": _describe_version(source, packages) if source else None,
    }


def _read_function(described: Mapping[str, Any], packages: Mapping[str, FunctionCode]) -> LambdaFunction:
    published = [_read_version(version, packages) for version in described["published"]]
    aliases = [Alias(**alias) for alias in described["aliases"]]
    source = described["published_from"]
    return LambdaFunction(
        name=described["name"],
        latest=_read_version(described["latest"], packages),
        published=MappingProxyType({version.function_version: version for version in published}),
        aliases=MappingProxyType({alias.name: alias for alias in aliases}),
        last_number=described["last_number"],
        published_from=_read_version(source, packages) if source else None,
        provisioned=MappingProxyType(described.get("provisioned", {})),  # older documents know of none
    )


def _describe_version(version: FunctionVersion, packages: dict[str, str]) -> dict[str, Any]:
    digest = version.code.code_sha256
    if digest not in packages:
        packages[digest] = base64.b64encode(version.code.zip_bytes).decode()
    settings = {name: getattr(version.settings, name) for name in FunctionSettings.__slots__}
    return {
        "arn": version.arn,
        "function_name": version.function_name,
        "function_version": version.function_version,
        "code_sha256": digest,
        "settings": settings | {"environment": dict(version.settings.environment)},
        "last_modified": version.last_modified,
        "revision_id": version.revision_id,
    }


def _read_version(described: Mapping[str, Any], packages: Mapping[str, FunctionCode]) -> FunctionVersion:
    settings = dict(described["settings"])
    settings["environment"] = MappingProxyType(settings["environment"])
    return FunctionVersion(
        arn=described["arn"],
        function_name=described["function_name"],
        function_version=described["function_version"],
        code=packages[described["code_sha256"]],
        settings=FunctionSettings(**settings),
        last_modified=described["last_modified"],
        revision_id=described["revision_id"],
    )
