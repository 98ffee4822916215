"""The one table from error to HTTP: every error of the tree has its status, and nothing else says a word."""

import inspect

import orjson
import pytest

from sluice import errors
from sluice.adapters.http_errors import answer_for
from sluice.errors import (
    AliasRefused,
    ArtefactRefused,
    InferenceFailed,
    InvalidTensor,
    MalformedBody,
    ModelNotReady,
    NonFiniteOutput,
    NotAcceptable,
    PayloadTooLarge,
    ResponseTooLarge,
    SluiceError,
    StoreUnavailable,
    UnknownModel,
    UnknownModelVersion,
    Unsupported,
    UnsupportedMediaType,
)

CASES = [
    (MalformedBody("no"), 400),
    (InvalidTensor("x", "no"), 400),
    (ArtefactRefused("m.onnx", "no"), 400),
    (UnknownModel("m"), 404),
    (UnknownModelVersion("m", "9", [1]), 404),
    (AliasRefused("Code", "no"), 409),
    (PayloadTooLarge(7, 6), 413),
    (ResponseTooLarge(7, 6), 413),
    (InferenceFailed("m", 1), 500),
    (NonFiniteOutput("m", 1, "y", 0, 1.0), 500),
    (NotAcceptable("no"), 406),
    (UnsupportedMediaType("no"), 415),
    (Unsupported("no"), 501),
    (ModelNotReady("m", 1, "no"), 503),
    (StoreUnavailable("s", "no"), 503),
]


@pytest.mark.parametrize(("error", "status"), CASES, ids=lambda it: type(it).__name__)
def test_an_error_has_its_status_and_its_own_sentence(error: SluiceError, status: int) -> None:
    answer = answer_for(error)

    assert answer.status == status
    assert orjson.loads(answer.body) == {"error": str(error)}
    assert answer.headers == ({"retry-after": "1"} if status == 503 else {})


def test_every_branch_of_the_tree_is_in_the_table() -> None:
    classes = [it for _, it in inspect.getmembers(errors, inspect.isclass) if issubclass(it, SluiceError)]
    branches = [it for it in classes if it.__base__ is SluiceError]

    assert len(branches) >= 7
    for branch in branches:
        sentence = orjson.loads(answer_for(branch.__new__(branch)).body)["error"]
        assert sentence != "internal error; the request was not carried out", branch


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), KeyError("secret"), SluiceError("secret")])
def test_what_the_table_does_not_know_is_neutral(error: Exception) -> None:
    answer = answer_for(error)

    assert answer.status == 500
    assert orjson.loads(answer.body) == {"error": "internal error; the request was not carried out"}
