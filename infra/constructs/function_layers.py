"""The layers of a stack: third-party code only, so that a function version is one thing of ours."""

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.asset_folders import AssetFolders
from infra.constructs.hashed_code import code_of

RUNTIME = lambda_.Runtime.PYTHON_3_13


@dataclass(frozen=True, slots=True)
class HashedLayer:
    """A layer and the digest of its files."""

    layer: lambda_.LayerVersion
    digest: str


class FunctionLayers(Construct):
    """`runtime` is for every function, `onnx` for those that infer.

    Old layer versions may go: a published function version keeps what it was published with.
    """

    def __init__(self, scope: Construct, construct_id: str, *, assets: AssetFolders) -> None:
        super().__init__(scope, construct_id)
        self._assets = assets
        self.runtime = self._layer("runtime", "web framework, AWS clients, JSON")
        self.onnx = self._layer("onnx", "ONNX Runtime and NumPy")

    def _layer(self, name: str, what: str) -> HashedLayer:
        hashed = code_of(self._assets.layer(name))
        layer = lambda_.LayerVersion(
            self,
            name.capitalize(),
            code=hashed.code,
            description=f"Sluice: {what}",
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[architecture_of(self._assets)],
        )
        return HashedLayer(layer, hashed.digest)


def architecture_of(assets: AssetFolders) -> lambda_.Architecture:
    """Lambda's name for what the assets were built for."""
    return lambda_.Architecture.custom(assets.architecture.value)
