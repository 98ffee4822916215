"""Endpoints by the environment, beside botocore's own."""

from typing import Any

import boto3
import pytest

from sluice.adapters.aws_wire.http_address import HttpAddress, address_of
from sluice.adapters.aws_wire.service_place import place_of


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1"])
def test_aws_is_where_botocore_finds_it(service: Any, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "regional")
    client = boto3.client(service, region_name=region)

    place = place_of(service, {"AWS_REGION": region})

    theirs = client.meta.endpoint_url.replace("s3.amazonaws.com", "s3.us-east-1.amazonaws.com")
    assert f"https://{place.address.authority}" == theirs
    assert not place.is_custom
    client.close()


def test_the_endpoint_of_a_service_wins_over_that_of_all() -> None:
    environment = {
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
        "AWS_ENDPOINT_URL_S3": "https://s3.local",
    }

    assert place_of("s3", environment).address == HttpAddress("https", "s3.local", 443)
    assert place_of("dynamodb", environment).address == HttpAddress("http", "127.0.0.1", 5000)
    assert place_of("s3", environment).is_custom
    assert not place_of("s3", {**environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}).is_custom


def test_the_region_of_lambda_wins_over_the_default_and_one_must_be_set() -> None:
    both = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}

    assert place_of("s3", both).region == "eu-west-1"
    assert place_of("s3", {"AWS_DEFAULT_REGION": "us-east-1"}).region == "us-east-1"
    with pytest.raises(ValueError, match="not set: AWS_REGION or AWS_DEFAULT_REGION"):
        place_of("s3", {"AWS_REGION": ""})


@pytest.mark.parametrize(
    ("url", "address", "authority"),
    [
        ("http://localhost", HttpAddress("http", "localhost", 80), "localhost"),
        ("http://localhost:80/", HttpAddress("http", "localhost", 80), "localhost"),
        ("https://a.b:8443", HttpAddress("https", "a.b", 8443), "a.b:8443"),
        ("http://[::1]:9001", HttpAddress("http", "::1", 9001), "[::1]:9001"),
        ("https://[fd00:ec2::23]", HttpAddress("https", "fd00:ec2::23", 443), "[fd00:ec2::23]"),
    ],
)
def test_an_address_is_read_from_a_url(url: str, address: HttpAddress, authority: str) -> None:
    assert address_of(url) == address
    assert address.authority == authority


@pytest.mark.parametrize(
    "url",
    ["", "localhost", "ftp://a", "http://", "http:///", "http://a/path", "http://a?q", "http://u@a", "http://a:b"],
)
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        address_of(url)
