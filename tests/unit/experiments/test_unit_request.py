"""Who a request is for: its parameters say it, and where a verified token does, they do not count."""

from typing import Any

import pytest

from sluice.errors import InvalidUnit
from sluice.experiments.unit_request import UnitRequest, UnitSources, unit_request_of

FROM_TOKENS = UnitSources("sub", ("country", "tier"))


def request(
    parameters: dict[str, Any], claims: dict[str, Any] | None = None, sources: UnitSources = FROM_TOKENS
) -> Any:
    return unit_request_of(parameters, claims or {}, sources)


def test_parameters_name_the_unit_its_type_and_its_attributes() -> None:
    parameters = {
        "sluice_unit": "né",
        "sluice_unit_type": "device",
        "sluice_attr_age": 31,
        "sluice_attr_": "",
        "other": 1,
    }

    assert request(parameters) == UnitRequest("device", "né", {"age": 31, "": ""}, is_from_parameters=True)


@pytest.mark.parametrize(("given", "unit_id"), [("u", "u"), (42, "42"), ("42", "42"), (-1, "-1")])
def test_a_unit_is_a_user_unless_its_type_is_given(given: Any, unit_id: str) -> None:
    assert request({"sluice_unit": given}) == UnitRequest("user", unit_id)


@pytest.mark.parametrize("parameters", [{}, {"unit": "u"}, {"sluice_attr_age": 3}, {"sluice_unit_type": "device"}])
def test_a_request_that_names_no_unit_has_none(parameters: dict[str, Any]) -> None:
    assert request(parameters, {"email": "u@example.org"}) is None


def test_claims_win_over_parameters() -> None:
    parameters = {"sluice_unit": "forged", "sluice_attr_country": "FR", "sluice_attr_age": 31}
    claims = {"sub": "known", "country": "DE", "email": "u@example.org"}

    assert request(parameters, claims) == UnitRequest(
        "user", "known", {"country": "DE", "age": 31}, is_from_parameters=False
    )


def test_where_the_token_is_silent_parameters_count() -> None:
    parameters = {"sluice_unit": "u", "sluice_attr_tier": "gold"}

    assert request(parameters, {"country": "DE"}) == UnitRequest("user", "u", {"tier": "gold", "country": "DE"})


def test_claims_that_are_not_set_as_sources_are_nothing() -> None:
    claims = {"sub": "known", "country": "DE", "": "empty"}

    assert request({"sluice_unit": "u"}, claims, UnitSources()) == UnitRequest("user", "u")
    assert request({}, claims, UnitSources()) is None


@pytest.mark.parametrize("value", ["", "a" * 257, True, 1.5, "tab\t", "\x7f", "\ud800", None, [], {}])
def test_a_bad_unit_is_refused_by_the_name_of_its_source(value: Any) -> None:
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit: "):
        request({"sluice_unit": value})
    with pytest.raises(InvalidUnit, match=r"^claim sub: "):
        request({"sluice_unit": "good"}, {"sub": value})


@pytest.mark.parametrize("value", ["", "User", "u" * 33, 7, True, "a b"])
def test_a_bad_type_is_refused_by_name_whoever_named_the_unit(value: Any) -> None:
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit_type: "):
        request({"sluice_unit": "u", "sluice_unit_type": value})
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit_type: "):
        request({"sluice_unit_type": value}, {"sub": "known"})


def test_a_refusal_never_repeats_the_id() -> None:
    """It goes to the client and into the record."""
    with pytest.raises(InvalidUnit) as caught:
        request({"sluice_unit": "alice\t"})

    assert "alice" not in str(caught.value)


def test_attributes_of_a_bad_kind_are_left_to_the_conditions() -> None:
    attributes = {"sluice_attr_x": True, "sluice_attr_y": 2**70, "sluice_attr_z": "\ud800"}

    assert request({"sluice_unit": "u"} | attributes).attributes == {"x": True, "y": 2**70, "z": "\ud800"}
