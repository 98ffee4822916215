"""SageMaker endpoints as their declarations say: in real time, from the registry, and waiting at zero."""

from dataclasses import replace
from typing import Any

import pytest

from infra.constructs.triton_images import repository_arn_of, triton_image_uri
from infra.declarations.gpu_endpoint import (
    AsyncInference,
    GpuEndpointSettings,
    ModelData,
    ProductionVariant,
    RegisteredModel,
    Scaling,
)
from infra.declarations.refusal import InvalidDeclaration
from infra.environments import STAGING
from tests.infra.conftest import Synthesise, Synthesised
from tests.infra.linting import findings_in

PACKAGE = "arn:aws:sagemaker:eu-central-1:000000000000:model-package/ranker/3"
ARCHIVE = ModelData("s3://models/ranker.tar.gz", environment=(("SAGEMAKER_TRITON_DEFAULT_MODEL_NAME", "ranker"),))
TRITON = GpuEndpointSettings(
    "ranker",
    owner="search",
    production_variants=(
        ProductionVariant("stable", ARCHIVE, weight=0.9),
        ProductionVariant("candidate", ARCHIVE, weight=0.1),
    ),
    scaling=Scaling(1, 4),
    capture_percent=10,
)
REGISTERED = GpuEndpointSettings(
    "tagger",
    owner="search",
    production_variants=(ProductionVariant("only", RegisteredModel(PACKAGE), instance_type="ml.p3.2xlarge"),),
)
WAITING = GpuEndpointSettings(
    "painter",
    owner="studio",
    production_variants=(ProductionVariant("only", ARCHIVE),),
    scaling=Scaling(0, 2),
    asynchronous=AsyncInference(),
)


@pytest.fixture(scope="module")
def found(synthesise: Synthesise) -> Synthesised:
    return synthesise(replace(STAGING, gpu_endpoints=(TRITON, REGISTERED, WAITING)))


def of(found: Synthesised, kind: str, part: str) -> list[dict[str, Any]]:
    """Properties of the resources whose logical id has `part` in it."""
    return [it.get("Properties", {}) for id_, it in found.resources("gpu", kind).items() if part in id_]


def test_no_environment_has_one_until_it_is_declared(all_synthesised: dict[str, Synthesised]) -> None:
    assert all("gpu" not in each.templates for each in all_synthesised.values())


def test_triton_is_the_container_unless_another_is_named(found: Synthesised) -> None:
    [model, other] = of(found, "AWS::SageMaker::Model", "ranker")
    container = model["PrimaryContainer"]

    assert container["Image"].startswith("746233611703.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-tritonserver:")
    assert container["ModelDataUrl"] == other["PrimaryContainer"]["ModelDataUrl"] == "s3://models/ranker.tar.gz"
    assert container["Environment"] == {"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "ranker"}
    assert model["EnableNetworkIsolation"] is True


def test_a_registered_model_brings_its_own_container(found: Synthesised) -> None:
    [model] = of(found, "AWS::SageMaker::Model", "tagger")

    assert model["PrimaryContainer"] == {"ModelPackageName": PACKAGE}


def test_production_variants_share_traffic_as_declared(found: Synthesised) -> None:
    [configuration] = of(found, "AWS::SageMaker::EndpointConfig", "ranker")

    shares = {it["VariantName"]: it["InitialVariantWeight"] for it in configuration["ProductionVariants"]}
    assert shares == {"stable": 0.9, "candidate": 0.1}


def test_a_volume_key_is_given_where_sagemaker_takes_one(found: Synthesised) -> None:
    [with_disks] = of(found, "AWS::SageMaker::EndpointConfig", "ranker")
    [without] = of(found, "AWS::SageMaker::EndpointConfig", "tagger")

    assert "KmsKeyId" not in with_disks
    assert "KmsKeyId" in without


def test_what_is_captured_is_encrypted(found: Synthesised) -> None:
    [configuration] = of(found, "AWS::SageMaker::EndpointConfig", "ranker")
    capture = configuration["DataCaptureConfig"]

    assert (capture["EnableCapture"], capture["InitialSamplingPercentage"]) == (True, 10)
    assert "KmsKeyId" in capture


def test_a_change_is_taken_back_when_alarms_say_so(found: Synthesised) -> None:
    [endpoint] = of(found, "AWS::SageMaker::Endpoint", "ranker")
    alarms = found.resources("gpu", "AWS::CloudWatch::Alarm")

    rolled_back_by = [
        it["AlarmName"]["Ref"] for it in endpoint["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    ]
    assert len(rolled_back_by) == 4
    assert all("Owner: search" in alarms[it]["Properties"]["AlarmDescription"] for it in rolled_back_by)


def test_a_real_time_endpoint_follows_requests(found: Synthesised) -> None:
    policies = of(found, "AWS::ApplicationAutoScaling::ScalingPolicy", "ranker")

    metrics = [
        it["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for it in policies
    ]
    assert metrics == ["SageMakerVariantInvocationsPerInstance"] * 2
    assert len({it["PolicyName"] for it in policies}) == 2


def test_an_asynchronous_endpoint_sleeps_at_zero_and_is_woken_by_its_queue(found: Synthesised) -> None:
    [target] = of(found, "AWS::ApplicationAutoScaling::ScalableTarget", "painter")
    kinds = {it["PolicyType"] for it in of(found, "AWS::ApplicationAutoScaling::ScalingPolicy", "painter")}
    waiting = [
        it for it in of(found, "AWS::CloudWatch::Alarm", "painter") if it["MetricName"] == "HasBacklogWithoutCapacity"
    ]
    [configuration] = of(found, "AWS::SageMaker::EndpointConfig", "painter")

    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)
    assert kinds == {"TargetTrackingScaling", "StepScaling"}
    assert len(waiting) == 1
    output = configuration["AsyncInferenceConfig"]["OutputConfig"]
    assert {"KmsKeyId", "S3FailurePath", "S3OutputPath"} == set(output)


def test_a_role_reads_its_own_archive_and_nothing_else(found: Synthesised) -> None:
    statements = [
        statement
        for policy in of(found, "AWS::IAM::Policy", "ranker")
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:GetObject" in str(statement["Action"])
    ]

    assert [statement["Resource"] for statement in statements] == ["arn:aws:s3:::models/ranker.tar.gz"]


def test_the_linter_has_nothing_to_say(found: Synthesised) -> None:
    assert findings_in(found.templates["gpu"], "eu-central-1") == []


def test_without_a_region_an_image_must_be_given() -> None:
    with pytest.raises(InvalidDeclaration, match="image_uri"):
        triton_image_uri("mars-north-1")


def test_an_image_from_elsewhere_has_no_repository_of_ours() -> None:
    assert repository_arn_of("1.dkr.ecr.eu-west-1.amazonaws.com/a/b:c") == "arn:aws:ecr:eu-west-1:1:repository/a/b"
    with pytest.raises(InvalidDeclaration, match="dkr"):
        repository_arn_of("docker.io/library/python:3.13")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scaling": Scaling(0, 2)}, "min_instances"),
        ({"scaling": Scaling(3, 2)}, "max_instances"),
        ({"production_variants": ()}, "production_variants"),
        ({"asynchronous": AsyncInference()}, "production_variants"),
        ({"capture_percent": 101}, "capture_percent"),
    ],
)
def test_what_sagemaker_would_refuse_is_refused_here(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDeclaration) as caught:
        replace(TRITON, **changes)

    assert caught.value.field == field
