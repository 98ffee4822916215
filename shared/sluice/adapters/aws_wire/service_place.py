"""Where a service of AWS is for this process: region and endpoint, by the variables that every SDK reads."""

import os
from collections.abc import Mapping

from sluice.adapters.aws_wire.http_address import HttpAddress, address_of
from sluice.frozen import frozen

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


@frozen
class ServicePlace:
    """`is_custom` is an endpoint that somebody set, which knows no host per bucket."""

    service: str
    region: str
    address: HttpAddress
    is_custom: bool


def place_of(service: str, environment: Mapping[str, str] = os.environ) -> ServicePlace:
    """The place of "s3" or "dynamodb". Raises ValueError without a region, or for an endpoint that is none.

    AWS_ENDPOINT_URL_<SERVICE> wins over AWS_ENDPOINT_URL, which wins over AWS's own.
    """
    region = next(filter(None, map(environment.get, _REGION_VARIABLES)), None)
    if region is None:
        raise ValueError(f"not set: {' or '.join(_REGION_VARIABLES)}")
    custom = _custom_endpoint(service, environment)
    url = custom or f"https://{service}.{region}.{_domain_of(region)}"
    return ServicePlace(service, region, address_of(url), custom is not None)


def _custom_endpoint(service: str, environment: Mapping[str, str]) -> str | None:
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL") or None


def _domain_of(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
