"""The buckets, by what they hold and how long: artefacts for ever, records for a while, the ledger under a lock."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.private_bucket import BucketProps, PrivateBucket
from infra.declarations.environment import DataSettings

_ACCESS_LOGS_DAYS = 90
_PASSING = ("uploads", "downloads")
_INFREQUENT_AFTER_DAYS = 30
_INFREQUENT_PAYS_AFTER_DAYS = 60  # moved objects are billed for 30 days at least


class AccessLogs(PrivateBucket):
    """Who read and wrote the other buckets. S3 can write it with its own keys only, and does not log itself."""

    def __init__(self, scope: Construct, construct_id: str, *, data: DataSettings) -> None:
        expiry = s3.LifecycleRule(id="expiry", expiration=cdk.Duration.days(_ACCESS_LOGS_DAYS))
        props = BucketProps(data.protected, None, None, data.retention.replaced_objects_days, lifecycle=[expiry])
        super().__init__(scope, construct_id, props)
        acknowledge(self.bucket, "AwsSolutions::AwsSolutions-S1", "this is the bucket that access logs go to")


class ArtefactsBucket(PrivateBucket):
    """Artefacts and release documents under their own digests: written once, never changed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        data: DataSettings,
        key: kms.IKey | None,
        logs: s3.IBucket,
        name: str | None = None,
    ) -> None:
        props = BucketProps(data.protected, key, logs, data.retention.replaced_objects_days, name=name)
        super().__init__(scope, construct_id, props)

    def grant_read_content(self, grantee: iam.IGrantable) -> None:
        """Fetch a release and its artefacts, by digest."""
        self.grant_get(grantee, "artefacts", "releases")


class RecordsBucket(PrivateBucket):
    """Inference records, the bodies too large for one, and outcomes; what is personal, so it expires.

    Beside them bodies that are on their way, to a function or to a client; they are gone after a day.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, data: DataSettings, key: kms.IKey | None, logs: s3.IBucket
    ) -> None:
        retention = data.retention
        props = BucketProps(
            data.protected,
            key,
            logs,
            retention.replaced_objects_days,
            lifecycle=[*_records_lifecycle(retention.records_days), *map(_passing, _PASSING)],
        )
        super().__init__(scope, construct_id, props)

    def grant_write_content(self, grantee: iam.IGrantable) -> None:
        """Keep bodies and the records of high-risk predictions."""
        self.grant_put(grantee, "bodies", "records")

    def grant_exchange(self, grantee: iam.IGrantable, model: str) -> None:
        """Take uploads for one model and leave its large answers; URLs that are signed for clients can do no more."""
        prefixes = [f"{each}/{model}" for each in _PASSING]
        self.grant_get(grantee, *prefixes)
        self.grant_put(grantee, *prefixes)

    def grant_keep_outcomes(self, grantee: iam.IGrantable) -> None:
        """Keep outcomes, one object each."""
        self.grant_put(grantee, "outcomes")

    def grant_ship(self, grantee: iam.IGrantable, prefix: str) -> None:
        """Write large objects in parts below one prefix."""
        self.grant_put(grantee, prefix)
        self.grant_multipart(grantee, prefix)


class LedgerBucket(PrivateBucket):
    """Copies of ledger records. In a protected environment nobody can delete one early, not even the account's root."""

    def __init__(
        self, scope: Construct, construct_id: str, *, data: DataSettings, key: kms.IKey | None, logs: s3.IBucket
    ) -> None:
        kept = cdk.Duration.days(data.retention.ledger_days)
        lock = s3.ObjectLockRetention.compliance(kept) if data.protected else s3.ObjectLockRetention.governance(kept)
        props = BucketProps(data.protected, key, logs, data.retention.replaced_objects_days, locked=lock)
        super().__init__(scope, construct_id, props)

    def grant_keep_copies(self, grantee: iam.IGrantable) -> None:
        """Copy ledger records, one object each. Nobody who writes them reads them back."""
        self.grant_put(grantee, "ledger")


def _passing(prefix: str) -> s3.LifecycleRule:
    day = cdk.Duration.days(1)
    return s3.LifecycleRule(id=prefix, prefix=f"{prefix}/", expiration=day, noncurrent_version_expiration=day)


def _records_lifecycle(days: int) -> list[s3.LifecycleRule]:
    expiry = s3.LifecycleRule(id="expiry", expiration=cdk.Duration.days(days))
    if days <= _INFREQUENT_PAYS_AFTER_DAYS:
        return [expiry]
    after = cdk.Duration.days(_INFREQUENT_AFTER_DAYS)
    move = s3.Transition(storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=after)
    return [expiry, s3.LifecycleRule(id="infrequent-access", transitions=[move])]
