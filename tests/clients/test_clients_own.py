"""Our own client, given tables: it reads pandas and Arrow without needing them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sluice.client import InferenceClient, InvalidInput

ROWS = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.25]])
SCORES = [[2.5, 3.25], [-0.25, 1.5625]]
COLUMNS = {"b": [1.0, 2.0], "a": [1.5, 2.5]}


@pytest.fixture
def client(address: str) -> Iterator[InferenceClient]:
    with InferenceClient(f"http://{address}") as connected:
        yield connected


def scores(client: InferenceClient, table: Any) -> Any:
    return client.infer("risk", table).outputs["scores"].tolist()


def total(client: InferenceClient, table: Any) -> Any:
    return client.infer("risk", table, model_version=5).outputs["total"].ravel().tolist()


def test_a_data_frame_is_the_one_input_of_a_model(client: InferenceClient) -> None:
    mixed = pd.DataFrame({"f0": [1, -1], "f1": [2.0, 0.5], "f2": pd.Series([3.0, 0.25], dtype="Float32")})

    assert scores(client, pd.DataFrame(ROWS)) == SCORES
    assert scores(client, mixed) == SCORES


def test_a_data_frame_whose_columns_are_the_inputs(client: InferenceClient) -> None:
    assert total(client, pd.DataFrame(COLUMNS)) == [2.5, 4.5]
    assert total(client, pd.DataFrame(COLUMNS).assign(a=pd.array([1, 2], dtype="Int64"))) == [2.0, 4.0]


def test_series_by_input_name(client: InferenceClient) -> None:
    frame = pd.DataFrame(COLUMNS)

    assert total(client, {name: frame[[name]] for name in "ab"}) == [2.5, 4.5]


def test_an_arrow_table_is_the_one_input_of_a_model(client: InferenceClient) -> None:
    table = pa.table({f"f{at}": column for at, column in enumerate(ROWS.T)})

    assert scores(client, table) == SCORES
    assert scores(client, pa.concat_tables([table, table])) == SCORES * 2


def test_an_arrow_table_whose_columns_are_the_inputs(client: InferenceClient) -> None:
    assert total(client, pa.table(COLUMNS)) == [2.5, 4.5]
    assert total(client, pa.RecordBatch.from_pydict(COLUMNS)) == [2.5, 4.5]


def test_an_arrow_column_of_vectors_is_a_matrix(client: InferenceClient) -> None:
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(ROWS.ravel()), 3)

    assert scores(client, pa.table({"x": vectors})) == SCORES
    assert scores(client, pa.table({"x": vectors}).slice(1)) == SCORES[1:]


def test_texts_of_tables(client: InferenceClient) -> None:
    words = ["plain", "größer"]

    for table in (pd.DataFrame({"x": words}), pa.table({"x": words})):
        assert client.infer("risk", table, model_version=3).texts("y").ravel().tolist() == words


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [1.0, 2.0]}),
        pd.DataFrame({"a": [1.0, 2.0], "b": ["text", None]}),
        pa.table({"a": [1.0, None], "b": [1.0, 2.0]}),
    ],
)
def test_missing_values_are_refused_by_column(client: InferenceClient, table: Any) -> None:
    with pytest.raises(InvalidInput, match=r"column '[ab]' has missing values"):
        total(client, table)


def test_columns_that_the_model_does_not_know_are_named(client: InferenceClient) -> None:
    with pytest.raises(InvalidInput, match="missing inputs: b; unexpected inputs: c"):
        total(client, pd.DataFrame({"a": [1.0], "c": [1.0]}))


def test_a_column_that_is_there_twice_is_refused(client: InferenceClient) -> None:
    with pytest.raises(InvalidInput, match="column 'a' is there more than once"):
        total(client, pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]))
