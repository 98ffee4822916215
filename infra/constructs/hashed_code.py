"""A folder as Lambda code, with the hash that its asset is named by."""

from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True, slots=True)
class HashedCode:
    """`digest` depends on the names and contents of the folder's files alone, and is computed once."""

    code: lambda_.Code
    digest: str


def code_of(folder: Path) -> HashedCode:
    """The folder, whole."""
    digest = cdk.FileSystem.fingerprint(str(folder))
    asset = lambda_.Code.from_asset(str(folder), asset_hash=digest, asset_hash_type=cdk.AssetHashType.CUSTOM)
    return HashedCode(asset, digest)
