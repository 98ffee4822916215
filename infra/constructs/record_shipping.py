"""Records from the log groups to the records bucket, by Firehose: no call stands in a request's way."""

from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.content_buckets import RecordsBucket
from infra.constructs.private_bucket import PrivateBucket

_BUFFER_MB, _BUFFER_SECONDS = 64, 300


@dataclass(frozen=True, slots=True)
class ShippedKind:
    """Log lines whose member `record` has this value go to objects below `prefix`."""

    record: str
    prefix: str


INFERENCES: Final = ShippedKind("inference", "inference-records")
FLAG_EXPOSURES: Final = ShippedKind("flag_exposure", "flag-exposures")


class RecordShipping(Construct):
    """One stream per kind; `ship` adds a log group. What arrives are the record lines as they were written."""

    def __init__(
        self, scope: Construct, construct_id: str, kind: ShippedKind, *, records: RecordsBucket, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        self._kind = kind
        role = iam.Role(self, "Writer", assumed_by=iam.ServicePrincipal("firehose.amazonaws.com"))
        records.grant_ship(role, kind.prefix)
        self._stream = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=_at_rest(key),
            extended_s3_destination_configuration=_destination(kind.prefix, records, role, key=key),
        )
        self._stream.node.add_dependency(role)
        self._sender = iam.Role(self, "Sender", assumed_by=iam.ServicePrincipal("logs.amazonaws.com"))
        send = iam.PolicyStatement(
            actions=["firehose:PutRecord", "firehose:PutRecordBatch"], resources=[self._stream.attr_arn]
        )
        self._sender.add_to_policy(send)

    def ship(self, scope: Construct, log_group: logs.ILogGroup) -> None:
        """Send what the group's functions record from now on."""
        subscription = logs.CfnSubscriptionFilter(
            scope,
            "ShippedRecords",
            log_group_name=log_group.log_group_name,
            filter_pattern=f'{{ $.record = "{self._kind.record}" }}',
            destination_arn=self._stream.attr_arn,
            role_arn=self._sender.role_arn,
        )
        subscription.node.add_dependency(self._sender)


def _at_rest(key: kms.IKey | None) -> Any:
    if key is None:
        kind = "AWS_OWNED_CMK"
        return firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(key_type=kind)
    return firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
        key_type="CUSTOMER_MANAGED_CMK", key_arn=key.key_arn
    )


def _destination(prefix: str, records: PrivateBucket, role: iam.Role, *, key: kms.IKey | None) -> Any:
    """CloudWatch sends gzipped envelopes; two processors turn them into the lines that were written."""
    stream = firehose.CfnDeliveryStream
    day = "!{timestamp:yyyy/MM/dd}"
    return stream.ExtendedS3DestinationConfigurationProperty(
        bucket_arn=records.bucket.bucket_arn,
        role_arn=role.role_arn,
        prefix=f"{prefix}/{day}/",
        error_output_prefix=f"{prefix}/failed/!{{firehose:error-output-type}}/{day}/",
        compression_format="GZIP",
        buffering_hints=stream.BufferingHintsProperty(interval_in_seconds=_BUFFER_SECONDS, size_in_m_bs=_BUFFER_MB),
        encryption_configuration=_encryption(key),
        processing_configuration=stream.ProcessingConfigurationProperty(enabled=True, processors=_processors()),
    )


def _encryption(key: kms.IKey | None) -> Any:
    stream = firehose.CfnDeliveryStream
    if key is None:
        return None
    return stream.EncryptionConfigurationProperty(
        kms_encryption_config=stream.KMSEncryptionConfigProperty(awskms_key_arn=key.key_arn)
    )


def _processors() -> list[Any]:
    return [
        _processor("Decompression", "CompressionFormat", "GZIP"),
        _processor("CloudWatchLogProcessing", "DataMessageExtraction", "true"),
    ]


def _processor(kind: str, name: str, value: str) -> Any:
    stream = firehose.CfnDeliveryStream
    parameter = stream.ProcessorParameterProperty(parameter_name=name, parameter_value=value)
    return stream.ProcessorProperty(type=kind, parameters=[parameter])
