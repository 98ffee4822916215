"""Artefacts and releases from the first region's bucket to the second's, as they are written."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.content_buckets import ArtefactsBucket
from infra.constructs.standby_names import artefacts_bucket_name, key_alias, standby_key_arn
from infra.declarations.environment import Environment

_READ = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
_WRITE = ("s3:ReplicateObject", "s3:ReplicateTags")


class ArtefactReplication(Construct):
    """Deletions are not replicated: what one region loses, the other has."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, artefacts: ArtefactsBucket
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment, self._source = environment, artefacts.bucket
        self._target_arn = f"arn:aws:s3:::{artefacts_bucket_name(environment)}"
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))
        self._let_copy(role)
        self._let_use_keys(role)
        bucket = artefacts.bucket.node.default_child
        assert isinstance(bucket, s3.CfnBucket)
        bucket.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
            role=role.role_arn, rules=[self._rule()]
        )

    def _let_copy(self, role: iam.Role) -> None:
        source, target = self._source.arn_for_objects("*"), f"{self._target_arn}/*"
        self._allow(role, ("s3:GetReplicationConfiguration", "s3:ListBucket"), self._source.bucket_arn)
        self._allow(role, _READ, source)
        self._allow(role, _WRITE, target)
        acknowledge_wildcards(role, [source, target], "every object of the bucket is replicated")

    def _let_use_keys(self, role: iam.Role) -> None:
        """The other region's key is known by its alias; a policy can name it by that, as a condition."""
        standby = self._environment.second_region
        key = self._source.encryption_key
        if key is None or standby is None:
            return
        self._allow(role, ("kms:Decrypt",), key.key_arn)
        keys = f"arn:aws:kms:{standby.region}:{self._environment.account}:key/*"
        alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias(self._environment, "catalog")}}
        self._allow(role, ("kms:Encrypt",), keys, conditions=alias)
        acknowledge_wildcards(role, [keys], "a condition narrows it to the key of one alias")

    def _rule(self) -> s3.CfnBucket.ReplicationRuleProperty:
        bucket = s3.CfnBucket
        key_arn = standby_key_arn(self._environment, "catalog")
        return bucket.ReplicationRuleProperty(
            id="artefacts",
            status="Enabled",
            priority=1,
            filter=bucket.ReplicationRuleFilterProperty(prefix=""),
            delete_marker_replication=bucket.DeleteMarkerReplicationProperty(status="Disabled"),
            source_selection_criteria=_encrypted_ones() if key_arn else None,
            destination=bucket.ReplicationDestinationProperty(
                bucket=self._target_arn,
                encryption_configuration=bucket.EncryptionConfigurationProperty(replica_kms_key_id=key_arn)
                if key_arn
                else None,
            ),
        )

    def _allow(
        self, role: iam.Role, actions: tuple[str, ...], resource: str, conditions: Mapping[str, object] | None = None
    ) -> None:
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource], conditions=conditions))


def _encrypted_ones() -> s3.CfnBucket.SourceSelectionCriteriaProperty:
    enabled = s3.CfnBucket.SseKmsEncryptedObjectsProperty(status="Enabled")
    return s3.CfnBucket.SourceSelectionCriteriaProperty(sse_kms_encrypted_objects=enabled)
