"""From assignments to the version that answers: the declared order decides, and the release has the last word."""

import pytest

from sluice.experiments.assignment import Assignment
from sluice.experiments.reasons import Reason
from sluice.inference.served_release import ServingReason
from sluice.inference.variant_choice import choose_for, client_parameters
from tests.unit.inference.assigned_units import a_release, a_variant, an_assignment, assigned

RELEASE = a_release(1, 2, 3, default=2)
Expected = tuple[int, str, str | None]


def chosen(*assignments: Assignment, failure: str | None = None) -> Expected:
    """The version, the reason, and the experiment that decided."""
    choice = choose_for(assigned(*assignments, failure=failure), RELEASE)
    return choice.version.released.number, choice.reason, choice.lead.experiment.key if choice.lead else None


@pytest.mark.parametrize("reason", [Reason.BUCKETED, Reason.STORED, Reason.OVERRIDE, Reason.FALLBACK])
def test_the_variants_version_answers_for_the_reason_of_its_assignment(reason: Reason) -> None:
    assert chosen(an_assignment(variant=a_variant(model_version=3), reason=reason)) == (3, reason, "exp-1")


@pytest.mark.parametrize("reason", [Reason.KILL_SWITCH, Reason.HOLDOUT, Reason.NOT_ELIGIBLE, Reason.NOT_COVERED])
def test_without_a_variant_the_default_answers_and_the_reason_says_why(reason: Reason) -> None:
    assert chosen(an_assignment(reason=reason)) == (2, reason, "exp-1")


def test_a_variant_of_parameters_only_leaves_the_default() -> None:
    assert chosen(an_assignment(variant=a_variant(colour="red"))) == (2, Reason.BUCKETED, "exp-1")


def test_a_unit_in_no_experiment_gets_the_default() -> None:
    assert chosen() == (2, ServingReason.RELEASE_DEFAULT, None)


def test_without_definitions_the_default_answers_as_a_fallback() -> None:
    assert chosen(failure="table experiments is unavailable: throttled") == (2, Reason.FALLBACK, None)


def test_a_version_that_the_release_does_not_have_falls_back_and_is_still_named() -> None:
    assert chosen(an_assignment(variant=a_variant(model_version=9))) == (2, Reason.FALLBACK, "exp-1")


def test_of_two_that_name_a_version_the_first_in_the_declared_order_decides() -> None:
    first = an_assignment("first", a_variant(model_version=1), Reason.STORED, namespace="one")
    second = an_assignment("second", a_variant(model_version=3), namespace="two")

    assert chosen(first, second) == (1, Reason.STORED, "first")
    assert chosen(second, first) == (3, Reason.BUCKETED, "second")


OUT = an_assignment("out", reason=Reason.NOT_ELIGIBLE, namespace="one")
OUT_TOO = an_assignment("out-too", reason=Reason.HOLDOUT, namespace="two")
WORDS = an_assignment("words", a_variant(colour="red"), namespace="three")
MORE_WORDS = an_assignment("more-words", a_variant(colour="blue"), namespace="four")
VERSION = an_assignment("version", a_variant(model_version=3), namespace="five")


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        ((OUT, WORDS, VERSION), (3, Reason.BUCKETED, "version")),
        ((WORDS, OUT, MORE_WORDS), (2, Reason.BUCKETED, "words")),
        ((OUT, WORDS, MORE_WORDS), (2, Reason.BUCKETED, "words")),
        ((OUT, OUT_TOO), (2, Reason.NOT_ELIGIBLE, "out")),
        ((OUT_TOO, OUT), (2, Reason.HOLDOUT, "out-too")),
    ],
)
def test_who_names_a_version_leads_then_who_gave_a_variant_then_the_first(
    assignments: tuple[Assignment, ...], expected: Expected
) -> None:
    assert chosen(*assignments) == expected


def test_the_first_that_names_a_version_decides_even_if_the_release_lacks_it() -> None:
    """Or the second experiment would get units whose arm the first one decides."""
    missing = an_assignment("missing", a_variant(model_version=9), namespace="one")

    assert chosen(missing, VERSION) == (2, Reason.FALLBACK, "missing")


def test_clients_get_the_parameters_of_all_variants_and_of_two_of_one_name_the_first() -> None:
    both = an_assignment("both", a_variant(model_version=3, colour="green", size=4, ratio=0.5, bold=True))

    assert client_parameters(assigned(OUT, WORDS, both)) == {
        "param_colour": "red",
        "param_size": 4,
        "param_ratio": 0.5,
        "param_bold": True,
    }
    assert client_parameters(assigned(OUT)) == {}
