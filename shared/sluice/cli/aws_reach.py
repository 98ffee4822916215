"""Clients of AWS for one target: the local plane's endpoint, or the account that the environment's credentials name."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sluice.cli.plane_reach import knock, use_no_real_credentials
from sluice.cli.target import Target
from sluice.local.resources import REGION


class AwsReach:
    """Makes clients, which `opened` closes. On a local plane that is not running, everything raises NotAvailable."""

    def __init__(self, target: Target, opened: ExitStack) -> None:
        self._target = target
        self._opened = opened

    def client(self, service: str) -> Any:
        """A boto3 client of one service."""
        self.reach()
        import boto3

        make_client: Callable[..., Any] = boto3.client  # its stubs know literal names only
        client = make_client(service, region_name=self.where["region"], endpoint_url=self.where["endpoint_url"])
        self._opened.callback(client.close)
        return client

    @property
    def where(self) -> dict[str, Any]:
        """Region and endpoint, each None for AWS's own choice."""
        region = REGION if self._target.is_local else None
        return {"region": region, "endpoint_url": self._target.aws_endpoint_url or None}

    def reach(self) -> None:
        """Fail at once if nobody answers there: before anything slow is imported."""
        if self._target.is_local:
            knock(self._target.aws_endpoint_url)
            use_no_real_credentials()
