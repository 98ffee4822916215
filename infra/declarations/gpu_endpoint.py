"""A SageMaker endpoint for versions too heavy for Lambda."""

from dataclasses import dataclass

from infra.declarations.refusal import check


@dataclass(frozen=True, slots=True)
class ModelData:
    """An archive in S3: `s3://bucket/key.tar.gz`, served by `image_uri`, or NVIDIA Triton if that is None."""

    url: str
    image_uri: str | None = None
    environment: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check(
            "url", self.url, "s3://bucket/key.tar.gz", holds=self.url.startswith("s3://") and self.url.endswith(".gz")
        )


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A version in SageMaker's model registry; it brings its own container."""

    model_package_arn: str


@dataclass(frozen=True, slots=True)
class ProductionVariant:
    """SageMaker's own split, by weight; an experiment's arms are variants, and no concern of SageMaker's."""

    name: str
    model: ModelData | RegisteredModel
    instance_type: str = "ml.g5.xlarge"
    instance_count: int = 1
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Scaling:
    """Instances follow the load between the two counts. Zero at least is for asynchronous endpoints only."""

    min_instances: int
    max_instances: int
    invocations_per_instance_per_minute: int = 600
    backlog_per_instance: int = 5


@dataclass(frozen=True, slots=True)
class AsyncInference:
    """Requests and answers lie in S3; the queue may wait while no instance runs."""

    max_concurrent_invocations_per_instance: int = 4


@dataclass(frozen=True, slots=True)
class GpuEndpointSettings:
    """One endpoint; `capture_percent` of its requests and answers are kept in the records bucket."""

    name: str
    owner: str
    production_variants: tuple[ProductionVariant, ...]
    scaling: Scaling | None = None
    asynchronous: AsyncInference | None = None
    capture_percent: int = 0
    p99_latency_ms: int = 5_000

    def __post_init__(self) -> None:
        names = [it.name for it in self.production_variants]
        unique = 1 <= len(names) == len(set(names)) <= 10
        check("production_variants", names, "1 to 10 with names of their own", holds=unique)
        check("capture_percent", self.capture_percent, "0 to 100", holds=0 <= self.capture_percent <= 100)
        alone = self.asynchronous is None or len(names) == 1
        check("production_variants", names, "exactly one on an asynchronous endpoint", holds=alone)
        _check_scaling(self.scaling, is_asynchronous=self.asynchronous is not None)


def _check_scaling(scaling: Scaling | None, *, is_asynchronous: bool) -> None:
    if scaling is None:
        return
    least = 0 if is_asynchronous else 1
    rule = f"at least {least}" + ("" if is_asynchronous else "; only an asynchronous endpoint can wait for an instance")
    check("min_instances", scaling.min_instances, rule, holds=scaling.min_instances >= least)
    order = scaling.max_instances >= max(1, scaling.min_instances)
    check("max_instances", scaling.max_instances, "at least 1 and min_instances", holds=order)
