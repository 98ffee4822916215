"""Uploads and spilled answers through the handler, with real graphs; the store is memory."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from functions.inference.experiment_plane import ExperimentStores
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_large_bodies import MemoryLargeBodies
from sluice.adapters.memory_units import MemoryUnits
from sluice.catalog.release import ReleaseSettings
from sluice.experiments.variant import Variant
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import STOPPED, InferenceFunction
from tests.functions.rest_events import as_rest_event
from tests.unit.experiments.running import a_snapshot, an_experiment

UPLOADS = "/v2/models/risk/uploads"
JSON, BINARY = "application/json", "application/octet-stream"
MANY = 300_000


class FunctionWithStore(InferenceFunction):
    """`bodies` is where large bodies go."""

    def __init__(self, root: Path, published: PublishedRelease | None = None, **settings: Any) -> None:
        published = published or PublishedRelease()
        self.bodies = MemoryLargeBodies(STOPPED.clock)
        wanted = replace(published.publish(), **settings)
        super().__init__(wanted, published.store, root, make_large_bodies=lambda: self.bodies)

    def upload(self, body: bytes, media_type: str = JSON) -> str:
        offered = self.offer(len(body), media_type)
        assert self.bodies.put(offered["url"], body, offered["headers"]) == 200
        return str(offered["upload"])

    def offer(self, size_bytes: Any, media_type: Any = JSON) -> Any:
        status, document = self.call(an_event(path=UPLOADS, body={"bytes": size_bytes, "media_type": media_type}))
        assert status == 201, document
        return document

    def refer(self, upload: str, **parameters: Any) -> tuple[int, Any]:
        return self.call(an_event(body=naming(upload, **parameters)))


@pytest.fixture
def function(tmp_path: Path) -> FunctionWithStore:
    return FunctionWithStore(tmp_path)


def naming(upload: str, **parameters: Any) -> dict[str, Any]:
    return {"parameters": {"sluice_upload": upload, **parameters}}


def binary_body(rows: int) -> tuple[bytes, int]:
    data = np.ones((rows, 3), np.float32).tobytes()
    tensor = {"name": "x", "datatype": "FP32", "shape": [rows, 3], "parameters": {"binary_data_size": len(data)}}
    head = orjson.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}})
    return head + data, len(head)


def test_an_offer_is_everything_that_a_put_needs(function: FunctionWithStore) -> None:
    offered = function.offer(2, BINARY)

    assert sorted(offered) == ["expires_at", "headers", "upload", "url"]
    assert offered["headers"] == {"content-length": "2", "content-type": BINARY}
    assert function.lines == []


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"bytes": 64 * 1024 * 1024 + 1, "media_type": JSON}, 413, "upload is 67108865 bytes, the limit is 67108864"),
        ({"bytes": 0, "media_type": JSON}, 400, "bytes == 0, must be 1 or more"),
        ({"bytes": "1", "media_type": JSON}, 400, "bytes is '1', must be the length of the body to upload"),
        ({"bytes": True, "media_type": JSON}, 400, "bytes is True, must be the length"),
        ({"bytes": 1}, 400, "media_type is None, must be that of the body to upload"),
        ({"bytes": 1, "media_type": "text/csv"}, 400, "media_type == 'text/csv', must be application/json or"),
        ([], 400, "the body must be a JSON object"),
        (b"no", 400, "the body is not valid JSON"),
    ],
)
def test_an_offer_is_refused_by_the_rule_that_it_breaks(
    function: FunctionWithStore, body: Any, status: int, error: str
) -> None:
    found, document = function.call(an_event(path=UPLOADS, body=body))

    assert found == status
    assert error in document["error"]


@pytest.mark.parametrize("body", [{"bytes": 2, "media_type": JSON}, {"bytes": 0, "media_type": JSON}, b"no"])
def test_every_entrance_offers_alike(function: FunctionWithStore, body: Any) -> None:
    event = an_event(path=UPLOADS, body=body)

    answers = [enter(event, CONTEXT) for enter in (function.handler, function.framework)]
    answers.append(function.handler(as_rest_event(event), CONTEXT))

    documents = [orjson.loads(answer["body"]) for answer in answers]
    for document in documents:
        document.pop("upload", None)
        document.pop("url", None)
    assert [answer["statusCode"] for answer in answers] == [answers[0]["statusCode"]] * 3
    assert documents == [documents[0]] * 3


def test_another_model_takes_no_uploads_here(function: FunctionWithStore) -> None:
    assert function.call(an_event(path="/v2/models/other/uploads", body={}))[0] == 404


def test_a_function_without_a_store_offers_nothing_and_says_so(tmp_path: Path) -> None:
    published = PublishedRelease()
    function = InferenceFunction(published.publish(), published.store, tmp_path)
    wish = {"bytes": 1, "media_type": JSON}

    assert function.call(an_event(path=UPLOADS, body=wish))[0] == 501
    assert function.call(an_event(body=naming("x")))[0] == 501


def test_an_uploaded_body_is_answered_as_if_it_had_been_sent(function: FunctionWithStore) -> None:
    body = a_body() | {"id": "mine"}

    sent = function.call(an_event(body=body))
    uploaded = function.refer(function.upload(orjson.dumps(body)))

    assert sent[0] == 200
    assert uploaded == sent


def test_an_uploaded_binary_body_too(function: FunctionWithStore) -> None:
    body, json_bytes = binary_body(2)
    headers = {"inference-header-content-length": str(json_bytes), "content-type": BINARY}
    sent = function.handler(an_event(body=body, headers=headers, encoded=True), CONTEXT)

    upload = function.upload(body, BINARY)
    referring = an_event(body=naming(upload, sluice_upload_json_bytes=str(json_bytes)))

    assert sent["statusCode"] == 200
    assert function.handler(referring, CONTEXT) == sent


def test_an_uploaded_body_of_bare_bytes_too(function: FunctionWithStore) -> None:
    body = np.ones((2, 3), np.float32).tobytes()
    sent = function.handler(
        an_event(body=body, headers={"inference-header-content-length": "0"}, encoded=True), CONTEXT
    )

    upload = function.upload(body, BINARY)
    referring = naming(upload, sluice_upload_json_bytes=0)

    assert sent["statusCode"] == 200
    assert function.handler(an_event(body=referring), CONTEXT) == sent
    referring["parameters"]["binary_data_output"] = False
    _, document = function.call(an_event(body=referring | {"id": "mine"}))
    assert (document["id"], document["outputs"][0]["shape"]) == ("mine", [2, 2])


def test_the_version_in_the_url_answers_uploads(function: FunctionWithStore) -> None:
    upload = function.upload(orjson.dumps(a_body()))

    _, document = function.call(an_event(path="/v2/models/risk/versions/1/infer", body=naming(upload)))

    assert (document["model_version"], document["parameters"]["reason"]) == ("1", "VERSION_IN_URL")


def test_a_large_request_with_inputs_and_an_upload_is_refused_too(function: FunctionWithStore) -> None:
    status, document = function.call(an_event(body=large(sluice_upload="x")))

    assert (status, "this one has both" in document["error"]) == (400, True)


def test_the_words_of_a_reference_elsewhere_are_none(function: FunctionWithStore) -> None:
    assert function.call(an_event(body=a_body() | {"id": "sluice_upload"}))[0] == 200


def test_other_protocols_do_not_refer_to_uploads(function: FunctionWithStore) -> None:
    body = {"instances": [[1.0, 2.0, 3.0]], "parameters": {"sluice_upload": "x"}}

    status, document = function.call(an_event(path="/v1/models/risk:predict", body=body, route_key="$default"))

    assert (status, document["error"]) == (
        501,
        "uploads are referred to by requests of the Open Inference Protocol only",
    )


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (naming("nonsense"), 404, "unknown upload 'nonsense': model 'risk' has not given it out"),
        (naming("x") | {"inputs": []}, 400, "a request has inputs or the parameter sluice_upload, this one has both"),
        (naming(7), 400, "parameter sluice_upload is 7, must be the id of an upload"),  # type: ignore[arg-type]
    ],
)
def test_a_reference_is_refused_by_the_rule_that_it_breaks_and_recorded(
    function: FunctionWithStore, body: Mapping[str, Any], status: int, error: str
) -> None:
    assert function.call(an_event(body=body)) == (status, {"error": error})
    assert [(record["status"], "upload" in record) for record in function.records] == [(status, False)]


def test_a_reference_that_comes_before_its_upload_is_a_conflict(function: FunctionWithStore) -> None:
    status, document = function.refer(function.offer(2)["upload"])

    assert status == 409
    assert "nothing has been uploaded" in document["error"]


def test_a_bad_uploaded_body_is_refused_as_if_it_had_been_sent(function: FunctionWithStore) -> None:
    sent = function.call(an_event(body=a_body(datatype="INT8")))

    assert sent[0] == 400
    assert function.refer(function.upload(orjson.dumps(a_body(datatype="INT8")))) == sent


def test_the_record_names_the_upload_and_keeps_what_was_in_it(function: FunctionWithStore) -> None:
    body = orjson.dumps(a_body())
    upload = function.upload(body)

    function.refer(upload, note="kept")

    [record] = function.records
    assert (record["upload"], record["request_body"], record["request_body_bytes"]) == (
        upload,
        body.decode(),
        len(body),
    )
    assert orjson.loads(record["referring_body"]) == naming(upload, note="kept")
    assert record["media_type"] == JSON
    assert "fetch_ms" in record


def test_a_large_uploaded_body_is_content_that_a_replay_finds(tmp_path: Path) -> None:
    function = FunctionWithStore(tmp_path, PublishedRelease(settings=ReleaseSettings(record_body_limit_bytes=10)))
    body, json_bytes = binary_body(2)

    referring = naming(function.upload(body, BINARY), sluice_upload_json_bytes=str(json_bytes))
    function.handler(an_event(body=referring), CONTEXT)

    [record] = function.records
    assert function.store.get("bodies", record["request_body_digest"]) == body
    assert (record["media_type"], record["json_bytes"]) == (BINARY, str(json_bytes))


def with_experiment(root: Path) -> tuple[InferenceFunction, MemoryLargeBodies]:
    """Everybody gets version 1."""
    definitions, bodies = MemoryDefinitions(), MemoryLargeBodies(STOPPED.clock)
    treated = an_experiment(variants=(Variant("control", 0, 2), Variant("treatment", 10_000, 1)))
    definitions.commit([], a_snapshot([treated]))
    published, stores = PublishedRelease(), ExperimentStores(definitions, MemoryUnits())
    settings = published.publish()
    return InferenceFunction(settings, published.store, root, stores, make_large_bodies=lambda: bodies), bodies


@pytest.mark.parametrize("outside", [True, False])
def test_a_unit_is_assigned_and_masked_wherever_it_is_named(tmp_path: Path, *, outside: bool) -> None:
    function, bodies = with_experiment(tmp_path)
    unit = {"sluice_unit": "alice"}
    body = orjson.dumps(a_body() | {"parameters": {} if outside else unit})
    _, offered = function.call(an_event(path=UPLOADS, body={"bytes": len(body), "media_type": JSON}))
    bodies.put(offered["url"], body, offered["headers"])

    _, answer = function.call(an_event(body=naming(offered["upload"], **(unit if outside else {}))))

    [line], [record] = function.lines, function.records
    assert (answer["model_version"], answer["parameters"]["variant"]) == ("1", "treatment")
    assert "alice" not in line
    named, unnamed = ("referring_body", "request_body") if outside else ("request_body", "referring_body")
    assert orjson.loads(record[named])["parameters"]["sluice_unit"] == record["unit_key"]
    assert "sluice_unit" not in orjson.loads(record[unnamed])["parameters"]


def large(**parameters: Any) -> bytes:
    return orjson.dumps(a_body(shape=[MANY, 3], data=[0.1] * 3 * MANY) | {"parameters": parameters})


def test_an_answer_that_cannot_be_sent_says_how_to_get_it(function: FunctionWithStore) -> None:
    status, document = function.refer(function.upload(large()))

    assert status == 413
    assert "with the parameter sluice_spill: true for a URL of the answer" in document["error"]


@pytest.mark.parametrize("inside", [True, False])
def test_a_spilled_answer_is_the_one_that_could_not_be_sent(function: FunctionWithStore, *, inside: bool) -> None:
    parameters = {"sluice_spill": True}

    status, document = function.refer(
        function.upload(large(**(parameters if inside else {}))), **({} if inside else parameters)
    )

    assert (status, document["outputs"], document["model_version"]) == (200, [], "2")
    whole = function.bodies.get(document["parameters"]["sluice_download"])
    assert whole is not None
    assert len(whole) == document["parameters"]["sluice_download_bytes"]
    answer = orjson.loads(whole)
    assert answer["id"] == document["id"]
    assert answer["outputs"][0]["shape"] == [MANY, 2]
    assert document["parameters"] == answer["parameters"] | {
        name: value for name, value in document["parameters"].items() if name.startswith("sluice_download")
    }


def test_a_spilled_binary_answer_says_where_its_tensors_begin(function: FunctionWithStore) -> None:
    body, json_bytes = binary_body(3 * MANY)

    status, document = function.refer(
        function.upload(body, BINARY), sluice_upload_json_bytes=json_bytes, sluice_spill=True
    )

    parameters = document["parameters"]
    whole = function.bodies.get(parameters["sluice_download"])
    assert (status, parameters["sluice_download_media_type"]) == (200, BINARY)
    assert whole is not None
    assert len(whole) - parameters["sluice_download_json_bytes"] == 3 * MANY * 2 * 4


def test_a_small_answer_is_sent_although_it_might_be_spilled(function: FunctionWithStore) -> None:
    body = a_body() | {"parameters": {"sluice_spill": True}}

    _, document = function.call(an_event(body=body))

    assert document["outputs"][0]["data"]
    assert "sluice_download" not in document["parameters"]
