"""The published versions of functions on AWS Lambda, and the same in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sluice.adapters.lambda_failures import publishing, shifting
from sluice.catalog.alias import LATEST_VERSION
from sluice.catalog.release import function_name_of
from sluice.errors import AliasRefused
from sluice.rollouts.janitor import PublishedVersion

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaVersions:
    """`usecases.sweep_versions.FunctionVersions` over a boto3 Lambda client."""

    def __init__(self, client: "LambdaClient", *, function_prefix: str = "") -> None:
        self._client = client
        self._function_prefix = function_prefix

    def list_published(self, model: str) -> Sequence[PublishedVersion]:
        """See the port."""
        name = function_name_of(model, self._function_prefix)
        with publishing(name):
            pages = self._client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            found = [version for page in pages for version in page["Versions"]]
        return [
            PublishedVersion(it["Version"], datetime.fromisoformat(it["LastModified"]))
            for it in found
            if it["Version"] != LATEST_VERSION
        ]

    def delete(self, model: str, function_version: str) -> None:
        """See the port."""
        name = function_name_of(model, self._function_prefix)
        with shifting(name):
            try:
                self._client.delete_function(FunctionName=name, Qualifier=function_version)
            except self._client.exceptions.ResourceNotFoundException:
                return


class MemoryVersions:
    """The same for tests; `pointed_to` are what an alias keeps."""

    def __init__(self, published: Sequence[PublishedVersion], pointed_to: frozenset[str] = frozenset()) -> None:
        self.published = list(published)
        self._pointed_to = pointed_to

    def list_published(self, model: str) -> Sequence[PublishedVersion]:  # noqa: ARG002 - one model
        """See the port."""
        return list(self.published)

    def delete(self, model: str, function_version: str) -> None:
        """See the port."""
        if function_version in self._pointed_to:
            raise AliasRefused("ResourceConflictException", f"{model}: an alias points to {function_version}")
        self.published = [it for it in self.published if it.function_version != function_version]
