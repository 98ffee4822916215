"""Shares of traffic as people write them."""

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from sluice.cli.weights import percent, weight_bps, weights_bps


@pytest.mark.parametrize(
    ("text", "weight"), [("10%", 1000), ("0.25%", 25), ("1000bps", 1000), ("0%", 0), ("100%", 10_000), ("150%", 15_000)]
)
def test_a_share_is_read_as_basis_points_and_its_range_is_left_to_aws(text: str, weight: int) -> None:
    assert weight_bps(text) == weight


@pytest.mark.parametrize("text", ["10", "0.1", "", "%", "bps", "ten%", "0.001%", "1.5bps", "nan%", "inf%", "10 %bps"])
def test_a_share_without_a_unit_or_finer_than_a_basis_point_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        weight_bps(text)


@given(st.integers(0, 10_000))
def test_what_is_shown_reads_back_as_the_same_share(weight: int) -> None:
    assert weight_bps(percent(weight).replace(" ", "")) == weight


def test_shares_by_name_are_read_as_basis_points() -> None:
    assert weights_bps("control=20%, treatment=8000bps") == {"control": 2000, "treatment": 8000}


@pytest.mark.parametrize("text", ["", "control", "=20%", "control=", "a=20%,a=80%", "a=20%,", "a=20"])
def test_shares_without_a_name_or_twice_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        weights_bps(text)
