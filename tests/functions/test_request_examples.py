"""The OpenAPI document's examples of every protocol: they fit their schema, and the function answers them."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from onnx import TensorProto

from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import AFFINE, PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.functions.row_models import TWO, two_columns
from tests.onnx_graphs import affine, identity

PATHS = {
    "InferRequest": "/v2/models/risk/infer",
    "PredictRequest": "/v1/models/risk:predict",
    "InvocationsRequest": "/v2/models/risk/invocations",
}
REFUSED: dict[str, list[Any]] = {
    "InferRequest": [{}, {"inputs": 1}],
    "PredictRequest": [{}, {"instances": [], "inputs": []}, {"instances": 1}],
    "InvocationsRequest": [{}, {"instances": [], "dataframe_records": []}, {"dataframe_records": [1]}],
}


def of_one(datatype: str, shape: tuple[int, ...]) -> Signature:
    return Signature((TensorSpec("x", datatype, shape),), (TensorSpec("y", datatype, shape),))


GRAPHS: dict[str, tuple[bytes, Signature]] = {
    "a matrix": (affine(), AFFINE),
    "two inputs": (two_columns(), TWO),
    "a vector of texts": (identity(TensorProto.STRING), of_one("BYTES", (-1,))),
    "booleans in a column": (identity(TensorProto.BOOL, ("n", 1)), of_one("BOOL", (-1, 1))),
    "images": (identity(TensorProto.UINT8, ("n", 2, 2)), of_one("UINT8", (-1, 2, 2))),
    "two rows and no others": (identity(TensorProto.DOUBLE, (2, 3)), of_one("FP64", (2, 3))),
}


def a_function_of(graph: str, root: Path) -> tuple[InferenceFunction, dict[str, Any]]:
    function = a_function(root, PublishedRelease({2: GRAPHS[graph]}))
    return function, function.call(an_event("GET", "/v2/models/risk/openapi.json"))[1]


def validator_of(document: dict[str, Any], schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]})


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_example_fits_its_schema_and_is_answered(graph: str, tmp_path: Path) -> None:
    function, document = a_function_of(graph, tmp_path)

    for schema, path in PATHS.items():
        examples = document["components"]["schemas"][schema]["examples"]
        assert examples
        for example in examples:
            validator_of(document, schema).validate(example)
            assert function.call(an_event(path=path, body=example))[0] == 200


@pytest.mark.parametrize("schema", PATHS)
def test_the_schemas_refuse_what_the_function_refuses(schema: str, tmp_path: Path) -> None:
    function, document = a_function_of("a matrix", tmp_path)

    for body in REFUSED[schema]:
        assert not validator_of(document, schema).is_valid(body)
        assert function.call(an_event(path=PATHS[schema], body=body))[0] == 400


def test_a_model_that_takes_what_json_cannot_carry_has_no_examples_of_rows(tmp_path: Path) -> None:
    half = (identity(TensorProto.FLOAT16), of_one("FP16", (-1,)))
    function = a_function(tmp_path, PublishedRelease({2: half}))
    schemas = function.call(an_event("GET", "/v2/models/risk/openapi.json"))[1]["components"]["schemas"]

    assert schemas["PredictRequest"]["examples"] == schemas["InvocationsRequest"]["examples"] == []
