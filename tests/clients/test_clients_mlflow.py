"""MLflow's own scoring client, unmodified, and the bodies of its scoring server as its documentation has them.

The client builds its URL from a host and a port: what follows the port here is the path of the model.
"""

from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

ROWS = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.25]])
SCORES = [[2.5, 3.25], [-0.25, 1.5625]]


@pytest.fixture
def client(address: str) -> Any:
    host, port = address.split(":")
    return ScoringServerClient(host, f"{port}/v2/models/risk")


def invoke(address: str, content: str, media_type: str = "application/json", model_version: int = 1) -> Any:
    url = f"http://{address}/v2/models/risk/versions/{model_version}/invocations"
    answer = httpx.post(url, content=content, headers={"content-type": media_type})
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def test_ping_and_version(client: Any) -> None:
    client.ping()

    assert client.get_version()


def test_data_frames(client: Any) -> None:
    frame = pd.DataFrame(ROWS, columns=["f0", "f1", "f2"])

    assert np.asarray(client.invoke(frame).get_predictions()).tolist() == SCORES


def test_arrays(client: Any) -> None:
    assert np.asarray(client.invoke(ROWS).get_predictions()).tolist() == SCORES


def test_arrays_by_input_name(client: Any) -> None:
    # As text: given a dict of arrays, the client of 3.17 breaks before it has sent anything.
    assert np.asarray(client.invoke('{"inputs": {"x": [[1, 2, 3]]}}').get_predictions()).tolist() == SCORES[:1]


def test_params(client: Any) -> None:
    found = client.invoke(pd.DataFrame(ROWS), params={"sluice_unit": "user-17"})

    assert np.asarray(found.get_predictions()).tolist() == SCORES


def test_errors_carry_what_was_said(client: Any) -> None:
    with pytest.raises(Exception, match=r"error code 400.*'x': shape is"):
        client.invoke(pd.DataFrame({"only": [1.0]}))


def test_dataframe_split(address: str) -> None:
    assert invoke(
        address, '{"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 2, 3], [-1, 0.5, 0.25]]}}'
    ) == (SCORES)


def test_dataframe_records(address: str) -> None:
    rows = '{"dataframe_records": [{"a": 1, "b": 2, "c": 3}, {"a": -1, "b": 0.5, "c": 0.25}]}'

    assert invoke(address, rows) == SCORES


def test_instances(address: str) -> None:
    assert invoke(address, '{"instances": [[1, 2, 3], [-1, 0.5, 0.25]]}') == SCORES


def test_inputs(address: str) -> None:
    assert invoke(address, '{"inputs": [[1, 2, 3], [-1, 0.5, 0.25]]}') == SCORES


def test_csv(address: str) -> None:
    assert invoke(address, "a,b,c\n1,2,3\n-1,0.5,0.25\n", "text/csv") == SCORES


def test_columns_that_are_inputs(address: str) -> None:
    split = '{"dataframe_split": {"columns": ["b", "a"], "data": [[1, 2], [3, 4]]}}'

    assert np.ravel(invoke(address, split, model_version=5)).tolist() == [3, 7]
