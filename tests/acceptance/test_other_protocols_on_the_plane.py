"""Clients of KServe's first protocol, MLflow and SageMaker switch by URL; bodies are compressed on the way."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import ROOT, RunningPlane
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.xdist_group("acceptance")
MODEL = "breast-cancer"
PATHS = {
    "InferRequest": "/v2/models/{}/infer",
    "PredictRequest": "/v1/models/{}:predict",
    "InvocationsRequest": "/v2/models/{}/invocations",
}
TENSOR: dict[str, Any] = json.loads((ROOT / "examples" / MODEL / "request.json").read_text())["inputs"][0]
WIDTH = TENSOR["shape"][1]
ROWS = [TENSOR["data"][start : start + WIDTH] for start in range(0, len(TENSOR["data"]), WIDTH)]


@pytest.fixture
def client(plane: RunningPlane) -> Any:
    with httpx.Client(base_url=plane.gateway_url, timeout=30, verify=NO_TLS) as client:
        yield client


def outputs_of(client: httpx.Client) -> dict[str, Any]:
    answer = client.post(f"/v2/models/{MODEL}/versions/1/infer", json={"inputs": [TENSOR]}).json()
    return {output["name"]: output["data"] for output in answer["outputs"]}


def test_every_model_answers_the_examples_of_its_own_document_in_every_protocol(client: httpx.Client) -> None:
    models = client.get("/v1/models").json()["models"]

    for model in models:
        schemas = client.get(f"/v2/models/{model}/openapi.json").json()["components"]["schemas"]
        asked = [(PATHS[name].format(model), example) for name in PATHS for example in schemas[name]["examples"]]
        assert [client.post(path, json=example).status_code for path, example in asked] == [200] * len(asked)
        assert len(asked) == 4
    assert MODEL in models


def test_kserves_first_protocol_has_its_urls(client: httpx.Client) -> None:
    predicted = client.post(f"/v1/models/{MODEL}:predict", json={"instances": ROWS})

    assert predicted.status_code == 200
    assert len(predicted.json()["predictions"]) == len(ROWS)
    assert client.get(f"/v1/models/{MODEL}").json() == {"name": MODEL, "ready": True}
    assert client.post(f"/v1/models/{MODEL}:explain", json={}).status_code == 501
    assert client.post("/v1/models/nothing:predict", json={"instances": ROWS}).json() == {
        "error": "unknown model 'nothing'"
    }


def test_every_protocol_gives_the_same_predictions(client: httpx.Client) -> None:
    base = f"/v2/models/{MODEL}/versions/1"
    outputs = outputs_of(client)
    table = {"columns": [f"f{index}" for index in range(WIDTH)], "data": ROWS}
    as_csv = "\n".join(",".join(map(repr, row)) for row in ROWS)

    answers = [
        client.post(f"{base}/v1/models/{MODEL}:predict", json={"inputs": ROWS}).json()["outputs"],
        *(
            client.post(f"{base}/invocations", json=body).json()["predictions"]
            for body in ({"dataframe_split": table}, {"instances": ROWS}, {"inputs": ROWS})
        ),
        client.post(f"{base}/invocations", content=as_csv, headers={"content-type": "text/csv"}).json()["predictions"],
    ]

    assert all(flat(answer) == flat(outputs) for answer in answers)


def flat(answer: Any) -> list[Any]:
    """The values of rows or of whole outputs, in an order of their own."""
    if isinstance(answer, dict):
        return sorted(flat(list(answer.values())), key=str)
    if isinstance(answer, list):
        return sorted((value for each in answer for value in flat(each)), key=str)
    return [answer]


def test_sagemakers_health_check_answers_an_empty_body(client: httpx.Client) -> None:
    answer = client.get(f"/v2/models/{MODEL}/ping")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_compressed_request_gets_a_compressed_answer(client: httpx.Client) -> None:
    many = [*ROWS] * (200 // len(ROWS) + 1)
    body = gzip.compress(json.dumps({"instances": many}).encode())
    headers = {"content-encoding": "gzip", "content-type": "application/json", "accept-encoding": "gzip"}

    answer = client.post(f"/v1/models/{MODEL}:predict", content=body, headers=headers)

    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert len(answer.json()["predictions"]) == len(many)


def test_metadata_are_not_sent_twice(client: httpx.Client) -> None:
    first = client.get(f"/v2/models/{MODEL}")
    again = client.get(f"/v2/models/{MODEL}", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
