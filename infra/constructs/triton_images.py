"""Where AWS keeps NVIDIA's Triton server for SageMaker: a registry per region.

Account ids as AWS's own examples list them (amazon-sagemaker-examples, Triton notebooks; read in November 2026). Tags
follow NVIDIA's releases; a newer one can be given as `image_uri`.
"""

from typing import Final

import aws_cdk as cdk

from infra.declarations.refusal import InvalidDeclaration

TAG: Final = "24.09-py3"
_ACCOUNTS: Final = {
    "af-south-1": "774647643957",
    "ap-east-1": "110948597952",
    "ap-northeast-1": "941853720454",
    "ap-northeast-2": "151534178276",
    "ap-south-1": "763008648453",
    "ap-southeast-1": "324986816169",
    "ap-southeast-2": "355873309152",
    "ca-central-1": "464438896020",
    "eu-central-1": "746233611703",
    "eu-north-1": "601324751636",
    "eu-south-1": "966458181534",
    "eu-west-1": "802834080501",
    "eu-west-2": "205493899709",
    "eu-west-3": "254080097072",
    "me-south-1": "836785723513",
    "sa-east-1": "756306329178",
    "us-east-1": "785573368785",
    "us-east-2": "007439368137",
    "us-west-1": "710691900526",
    "us-west-2": "301217895009",
}


def triton_image_uri(region: str) -> str:
    """The image of this region. Raises InvalidDeclaration for one that is not listed, or not known at synthesis."""
    if cdk.Token.is_unresolved(region) or region not in _ACCOUNTS:
        known = f"given where the environment's region is none of {', '.join(sorted(_ACCOUNTS))}"
        raise InvalidDeclaration("gpu_endpoints: image_uri", None, known)
    return f"{_ACCOUNTS[region]}.dkr.ecr.{region}.amazonaws.com/sagemaker-tritonserver:{TAG}"


def repository_arn_of(image_uri: str) -> str:
    """The ECR repository of an image. Raises InvalidDeclaration for an image from elsewhere."""
    registry, _, path = image_uri.partition("/")
    parts = registry.split(".")
    if len(parts) < 5 or parts[1:3] != ["dkr", "ecr"] or not path:
        raise InvalidDeclaration("image_uri", image_uri, "account.dkr.ecr.region.amazonaws.com/name:tag")
    return f"arn:aws:ecr:{parts[3]}:{parts[0]}:repository/{path.split(':')[0].split('@')[0]}"
