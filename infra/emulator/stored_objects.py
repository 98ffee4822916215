"""What lies in a bucket of the emulator, seen by its root user."""

import boto3

from infra.emulator.settings import EmulatorSettings


def stored_objects(settings: EmulatorSettings, bucket: str, prefix: str) -> list[str]:
    """The keys of the objects below the prefix."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.client_environment()["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings.client_environment()["AWS_SECRET_ACCESS_KEY"],
        verify=str(settings.certificate),
    )
    found = client.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in found.get("Contents", [])]
