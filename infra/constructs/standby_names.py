"""Names that two regions agree on beforehand: CloudFormation hands nothing from one region to another."""

from infra.declarations.environment import Environment


def table_name(environment: Environment, table: str) -> str | None:
    """The same in both regions; None where there is one region, and CloudFormation chooses."""
    return f"sluice-{environment.name}-{table}" if environment.second_region else None


def artefacts_bucket_name(environment: Environment) -> str:
    """The second region's bucket of artefacts. Raises AttributeError without a second region."""
    assert environment.second_region is not None
    return f"sluice-{environment.name}-artefacts-{environment.account}-{environment.second_region.region}"


def key_alias(environment: Environment, data_class: str) -> str:
    """The name of a data class's key, in each region its own."""
    return f"alias/sluice-{environment.name}-{data_class}"


def standby_key_arn(environment: Environment, data_class: str) -> str | None:
    """The second region's key, by its alias: what DynamoDB and S3 take for a key of another region."""
    standby = environment.second_region
    if standby is None or not environment.data.customer_keys:
        return None
    return f"arn:aws:kms:{standby.region}:{environment.account}:{key_alias(environment, data_class)}"
