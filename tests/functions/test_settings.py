"""What functions are told when they are deployed: one class writes the environment and reads it."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from functions.control.settings import ControlSettings
from functions.deployment.settings import DeploymentSettings
from functions.environment_settings import EnvironmentSettings
from functions.inference.settings import InferenceSettings
from functions.outcomes.settings import DeliverySettings, OutcomesSettings

INFERENCE = InferenceSettings("churn", "artefacts", "records", "deployment", 2, release=3, release_digest="d" * 64)
NOTHING_RELEASED = InferenceSettings("churn", "artefacts", "records")
EXPERIMENTING = replace(
    NOTHING_RELEASED,
    metrics_namespace="Sluice/dev",
    experiments_table="experiments",
    units_table="units",
    unit_state_cache_seconds=0,
    unit_claim="sub",
    attribute_claims="country,plan",
    record_unit_ids=True,
)


@pytest.mark.parametrize("settings", [INFERENCE, NOTHING_RELEASED, EXPERIMENTING])
def test_inference_settings_read_what_they_wrote(settings: InferenceSettings) -> None:
    assert InferenceSettings.from_environment(settings.to_environment()) == settings


def test_a_function_without_a_release_has_no_variable_for_it() -> None:
    assert set(NOTHING_RELEASED.to_environment()) == {
        "SLUICE_MODEL",
        "SLUICE_ARTEFACTS_BUCKET",
        "SLUICE_RECORDS_BUCKET",
    }


@pytest.mark.parametrize("given", ["SLUICE_RELEASE", "SLUICE_RELEASE_DIGEST"])
def test_a_release_and_its_digest_go_together(given: str) -> None:
    environment = {name: value for name, value in INFERENCE.to_environment().items() if name == given}

    with pytest.raises(ValueError, match="SLUICE_RELEASE and SLUICE_RELEASE_DIGEST go together"):
        InferenceSettings.from_environment(NOTHING_RELEASED.to_environment() | environment)


@pytest.mark.parametrize("alone", ["SLUICE_EXPERIMENTS_TABLE", "SLUICE_UNITS_TABLE"])
def test_the_tables_of_experiments_go_together(alone: str) -> None:
    with pytest.raises(ValueError, match="SLUICE_EXPERIMENTS_TABLE and SLUICE_UNITS_TABLE go together"):
        InferenceSettings.from_environment(NOTHING_RELEASED.to_environment() | {alone: "table"})


def test_a_truth_value_is_true_or_false() -> None:
    with pytest.raises(ValueError, match="SLUICE_RECORD_UNIT_IDS is 'yes'"):
        InferenceSettings.from_environment(NOTHING_RELEASED.to_environment() | {"SLUICE_RECORD_UNIT_IDS": "yes"})


@pytest.mark.parametrize(
    ("setting", "memory_mb", "limit_mib"),
    [(None, None, 64), (None, "1769", 64), (None, "256", 32), ("1048576", "1769", 1), ("1073741824", "1024", 128)],
)
def test_an_upload_may_have_an_eighth_of_the_functions_memory_at_most(
    setting: str | None, memory_mb: str | None, limit_mib: int
) -> None:
    given = {"SLUICE_UPLOAD_LIMIT_BYTES": setting, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory_mb}
    environment = {name: value for name, value in given.items() if value is not None}

    settings = InferenceSettings.from_environment(NOTHING_RELEASED.to_environment() | environment)

    assert settings.upload_limit_bytes == limit_mib * 1024 * 1024


def test_every_missing_variable_is_named_at_once() -> None:
    environment = INFERENCE.to_environment()
    del environment["SLUICE_MODEL"]
    environment["SLUICE_RECORDS_BUCKET"] = ""

    with pytest.raises(ValueError, match=r"SLUICE_MODEL, SLUICE_RECORDS_BUCKET"):
        InferenceSettings.from_environment(environment)


@pytest.mark.parametrize("release", ["latest", "-1", "1.5"])
def test_a_release_is_a_number(release: str) -> None:
    with pytest.raises(ValueError, match="SLUICE_RELEASE"):
        InferenceSettings.from_environment(INFERENCE.to_environment() | {"SLUICE_RELEASE": release})


@pytest.mark.parametrize("kind", [ControlSettings, DeploymentSettings])
def test_settings_read_what_they_wrote(kind: type[EnvironmentSettings]) -> None:
    settings = kind.model_validate({"registry_table": "registry", "function_prefix": "dev-"})

    assert settings.to_environment() == {"SLUICE_REGISTRY_TABLE": "registry", "SLUICE_FUNCTION_PREFIX": "dev-"}
    assert kind.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize("kind", [ControlSettings, DeploymentSettings])
def test_without_a_table_nothing_starts(kind: type[EnvironmentSettings]) -> None:
    with pytest.raises(ValidationError, match="SLUICE_REGISTRY_TABLE"):
        kind.from_environment({})


def test_the_functions_of_outcomes_read_what_was_written() -> None:
    intake = OutcomesSettings(queue_url="https://queue", experiments_table="experiments")
    delivery = DeliverySettings(records_bucket="records")

    assert intake.to_environment() == {
        "SLUICE_QUEUE_URL": "https://queue",
        "SLUICE_EXPERIMENTS_TABLE": "experiments",
    }
    assert OutcomesSettings.from_environment(intake.to_environment()) == intake
    assert DeliverySettings.from_environment(delivery.to_environment()) == delivery
    with pytest.raises(ValidationError, match="SLUICE_RECORDS_BUCKET"):
        DeliverySettings.from_environment({"SLUICE_RECORDS_BUCKET": ""})
