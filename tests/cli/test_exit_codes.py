"""The table from error to exit code."""

import pytest

from sluice import errors
from sluice.cli.exit_codes import exit_code_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidManifest("model.yaml", ["name: missing"]), 3),
        (errors.FidelityMismatch("row", "label", "0 is not 1"), 3),
        (errors.PayloadTooLarge(7, 6), 3),
        (errors.InvalidDefinition("flag 'a'", "key", "no"), 3),
        (errors.InvalidUnit("unit", "no"), 3),
        (errors.UnknownModel("ranker"), 4),
        (errors.UnknownDefinition("flag", "a"), 4),
        (errors.UnknownFunction("no function"), 4),
        (errors.NotApproved("ranker", ["1: pending"]), 5),
        (errors.AliasRefused("ValidationException", "no"), 5),
        (errors.DefinitionChanged("flag", "a"), 5),
        (errors.MoveRefused("flag 'a'", "edit", "no"), 5),
        (errors.SlotsTaken("users", "0-9", "no"), 5),
        (errors.LedgerBroken("ranker", 7), 5),
        (errors.RateExceeded("flags", retry_after_seconds=1), 6),
        (errors.StoreUnavailable("table", "down"), 6),
        (errors.InferenceFailed("ranker", 1), 1),
        (errors.SluiceError("anything else"), 1),
    ],
)
def test_every_branch_of_the_error_tree_has_its_exit_code(error: errors.SluiceError, code: int) -> None:
    assert exit_code_of(error) == code
