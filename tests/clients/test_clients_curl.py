"""`curl`, as people type it."""

import gzip
import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")

JSON = ("--header", "Content-Type: application/json")
BODY = '{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]}'
SCORES = [2.5, 3.25]
Curl = Callable[..., bytes]


@pytest.fixture
def curl(address: str) -> Curl:
    """Standard output of one command on a path of the server."""

    def run(path: str, *options: str, sends: bytes = b"") -> bytes:
        command = ["curl", "--silent", "--show-error", "--max-time", "20", *options, f"http://{address}{path}"]
        return subprocess.run(command, input=sends, check=True, capture_output=True).stdout

    return run


def test_health(curl: Curl) -> None:
    assert curl("/v2/health/ready", "--output", "/dev/null", "--write-out", "%{http_code}") == b"200"


def test_json_in_and_out(curl: Curl) -> None:
    answer = json.loads(curl("/v2/models/risk/infer", *JSON, "--data", BODY))

    assert answer["outputs"][0]["data"] == SCORES


def test_errors_are_sentences_with_a_status(curl: Curl) -> None:
    answer, status = curl("/v2/models/risk/infer", *JSON, "--data", "{}", "--write-out", "\n%{http_code}").splitlines()

    assert (json.loads(answer)["error"], status) == ("inputs is missing or not an array", b"400")


def test_binary_tensors(curl: Curl, tmp_path: Path) -> None:
    tensor = '{"name":"x","datatype":"FP32","shape":[1,3],"parameters":{"binary_data_size":12}}'
    head = f'{{"inputs":[{tensor}],"parameters":{{"binary_data_output":true}}}}'.encode()
    headers = tmp_path / "headers"
    sizes = ("--header", f"Inference-Header-Content-Length: {len(head)}", "--dump-header", str(headers))
    octets = ("--header", "Content-Type: application/octet-stream", "--data-binary", "@-")

    answer = curl("/v2/models/risk/infer", *octets, *sizes, sends=head + struct.pack("<3f", 1, 2, 3))

    named = dict(line.lower().split(": ", 1) for line in headers.read_text().splitlines() if ": " in line)
    length = int(named["inference-header-content-length"])
    assert struct.unpack("<2f", answer[length:]) == tuple(SCORES)


def test_compressed_requests(curl: Curl) -> None:
    coded = ("--header", "Content-Encoding: gzip", "--data-binary", "@-")

    answer = json.loads(curl("/v2/models/risk/infer", *JSON, *coded, sends=gzip.compress(BODY.encode())))

    assert answer["outputs"][0]["data"] == SCORES


def test_compressed_answers(curl: Curl, tmp_path: Path) -> None:
    rows = 200
    tensor = {"name": "x", "datatype": "FP32", "shape": [rows, 3], "data": [1, 2, 3] * rows}
    headers = tmp_path / "headers"

    answer = curl(
        *("/v2/models/risk/infer", *JSON, "--compressed", "--data-binary", "@-", "--dump-header", str(headers)),
        sends=json.dumps({"inputs": [tensor]}).encode(),
    )

    assert json.loads(answer)["outputs"][0]["data"] == SCORES * rows
    assert "content-encoding: gzip" in headers.read_text().lower()


def test_metadata_that_have_not_changed(curl: Curl, tmp_path: Path) -> None:
    tag = str(tmp_path / "etag")
    first = curl("/v2/models/risk", "--etag-save", tag)

    again = curl("/v2/models/risk", "--etag-compare", tag, "--write-out", "%{http_code}")

    assert json.loads(first)["name"] == "risk"
    assert again == b"304"


def test_kserve_v1(curl: Curl) -> None:
    answer = json.loads(curl("/v1/models/risk:predict", *JSON, "--data", '{"instances": [[1, 2, 3]]}'))

    assert answer["predictions"] == [SCORES]


def test_mlflow_csv(curl: Curl) -> None:
    csv = ("--header", "Content-Type: text/csv", "--data-binary", "@-")

    answer = json.loads(curl("/v2/models/risk/invocations", *csv, sends=b"a,b,c\n1,2,3\n"))

    assert answer["predictions"] == [SCORES]


def test_sagemaker_csv_without_a_header_row(curl: Curl) -> None:
    csv = ("--header", "Content-Type: text/csv; header=absent", "--data-binary", "@-")

    answer = json.loads(curl("/v2/models/risk/invocations", *csv, sends=b"1,2,3\n"))

    assert answer["predictions"] == [SCORES]


def test_sagemaker_ping(curl: Curl) -> None:
    assert curl("/v2/models/risk/ping", "--output", "/dev/null", "--write-out", "%{http_code}") == b"200"
