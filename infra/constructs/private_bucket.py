"""A bucket as every bucket here is: private, TLS only, versioned, encrypted by its data class, its accesses logged."""

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards

_ABANDONED_UPLOADS_DAYS = 7


@dataclass(frozen=True, slots=True)
class BucketProps:
    """`lifecycle` adds to the rules that every bucket has; `locked` makes its objects undeletable for a time."""

    protected: bool
    key: kms.IKey | None
    access_logs: s3.IBucket | None
    replaced_objects_days: int
    lifecycle: Sequence[s3.LifecycleRule] = ()
    locked: s3.ObjectLockRetention | None = None
    name: str | None = None


class PrivateBucket(Construct):
    """What may be done with it is granted by key prefix, one kind of content each."""

    def __init__(self, scope: Construct, construct_id: str, props: BucketProps) -> None:
        super().__init__(scope, construct_id)
        self._key = props.key
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=props.name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            encryption=s3.BucketEncryption.KMS if props.key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=props.key,
            bucket_key_enabled=True if props.key else None,
            server_access_logs_bucket=props.access_logs,
            server_access_logs_prefix=f"{construct_id.lower()}/" if props.access_logs else None,
            object_lock_enabled=True if props.locked else None,
            object_lock_default_retention=props.locked,
            lifecycle_rules=[*props.lifecycle, *_housekeeping(props)],
            removal_policy=cdk.RemovalPolicy.RETAIN if props.protected else cdk.RemovalPolicy.DESTROY,
        )

        # Exported under a name of ours, so that whoever may read it can be acknowledged by that name.
        stack = cdk.Stack.of(self)
        self._arn = stack.export_value(self.bucket.bucket_arn, name=f"{stack.stack_name}:{construct_id}Arn")

    def grant_get(self, grantee: iam.IGrantable, *prefixes: str) -> None:
        """Read objects below these prefixes; nothing can be listed."""
        self._grant(grantee, "s3:GetObject", prefixes)
        if self._key:
            iam.Grant.add_to_principal(grantee=grantee, actions=["kms:Decrypt"], resource_arns=[self._key.key_arn])

    def grant_put(self, grantee: iam.IGrantable, *prefixes: str) -> None:
        """Write objects below these prefixes. Reading them back is another grant."""
        self._grant(grantee, "s3:PutObject", prefixes)
        if self._key:
            actions = ["kms:GenerateDataKey"]
            iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[self._key.key_arn])

    def grant_multipart(self, grantee: iam.IGrantable, prefix: str) -> None:
        """Give up a write in parts, and see which are open: S3 checks the latter on the bucket."""
        self._grant(grantee, "s3:AbortMultipartUpload", [prefix])
        actions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[self._arn])
        if self._key:
            iam.Grant.add_to_principal(grantee=grantee, actions=["kms:Decrypt"], resource_arns=[self._key.key_arn])

    def _grant(self, grantee: iam.IGrantable, action: str, prefixes: Sequence[str]) -> None:
        arns = [f"{self._arn}/{prefix}/*" for prefix in prefixes]
        iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=arns)
        if isinstance(grantee, iam.Role):
            acknowledge_wildcards(grantee, arns, "the names below a prefix are digests, which nobody knows beforehand")


def _housekeeping(props: BucketProps) -> list[s3.LifecycleRule]:
    uploads = cdk.Duration.days(_ABANDONED_UPLOADS_DAYS)
    replaced = cdk.Duration.days(props.replaced_objects_days)
    return [
        s3.LifecycleRule(id="abandoned-uploads", abort_incomplete_multipart_upload_after=uploads),
        s3.LifecycleRule(id="replaced-objects", noncurrent_version_expiration=replaced),
    ]
