"""What functions are told when they are deployed: one class writes the environment and reads it."""

import pytest
from pydantic import ValidationError

from functions.control.settings import ControlSettings
from functions.inference.settings import InferenceSettings

INFERENCE = InferenceSettings("churn", 3, "d" * 64, "artefacts", "records")


def test_inference_settings_read_what_they_wrote() -> None:
    assert InferenceSettings.from_environment(INFERENCE.to_environment()) == INFERENCE


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


def test_control_settings_read_what_they_wrote() -> None:
    settings = ControlSettings(registry_table="registry")

    assert settings.to_environment() == {"SLUICE_REGISTRY_TABLE": "registry"}
    assert ControlSettings.from_environment(settings.to_environment()) == settings


def test_control_without_a_table_does_not_start() -> None:
    with pytest.raises(ValidationError, match="SLUICE_REGISTRY_TABLE"):
        ControlSettings.from_environment({})
