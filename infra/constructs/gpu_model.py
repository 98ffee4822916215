"""What a production variant runs: an archive under a container, or a version of SageMaker's model registry."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.triton_images import repository_arn_of, triton_image_uri
from infra.declarations.gpu_endpoint import ModelData, RegisteredModel

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def gpu_model(
    scope: Construct, construct_id: str, *, model: ModelData | RegisteredModel, role: iam.Role, region: str
) -> sagemaker.CfnModel:
    """The model, in network isolation: it serves what it is given, and fetches nothing itself.

    Raises InvalidDeclaration where no image is given and the region's is not known.
    """
    if isinstance(model, RegisteredModel):
        _allow(role, "sagemaker:DescribeModelPackage", resource=model.model_package_arn)
        container = sagemaker.CfnModel.ContainerDefinitionProperty(model_package_name=model.model_package_arn)
    else:
        container = _archive(model, role, region)
    return sagemaker.CfnModel(
        scope,
        construct_id,
        execution_role_arn=role.role_arn,
        enable_network_isolation=True,
        primary_container=container,
    )


def _archive(model: ModelData, role: iam.Role, region: str) -> sagemaker.CfnModel.ContainerDefinitionProperty:
    image = model.image_uri or triton_image_uri(region)
    bucket_and_key = model.url.removeprefix("s3://")
    _allow(role, "s3:GetObject", resource=f"arn:aws:s3:::{bucket_and_key}")
    _allow(role, *_PULL, resource=repository_arn_of(image))
    _allow(role, "ecr:GetAuthorizationToken", resource="*")
    acknowledge_wildcards(role, ["*"], "a token for ECR is not a token for one repository")
    return sagemaker.CfnModel.ContainerDefinitionProperty(
        image=image, model_data_url=model.url, environment=dict(model.environment) or None
    )


def _allow(role: iam.Role, *actions: str, resource: str) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
