"""Bad input at the real gateway: each answer has its status, the protocol's shape, and changes nothing."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import ROOT, RunningPlane
from tests.acceptance.test_serving import INFER, request_of
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.xdist_group("acceptance")


def changed(**tensor: Any) -> bytes:
    request = request_of("breast-cancer")
    request["inputs"][0] |= tensor
    return json.dumps(request).encode()


ROW = request_of("breast-cancer")["inputs"][0]["data"]
VALUES = ROW[0] if isinstance(ROW[0], list) else ROW
BAD_BODIES = {
    "wrong tensor name": (changed(name="nope"), 400, "nope"),
    "wrong datatype": (changed(datatype="FP64"), 400, "FP64"),
    "wrong shape": (changed(shape=[1, 29]), 400, "29"),
    "wrong element count": (changed(data=VALUES[:-1]), 400, "29"),
    "NaN as text": (changed(data=["NaN", *VALUES[1:]]), 400, "features"),
    "NaN as a literal": (changed().replace(str(VALUES[0]).encode(), b"NaN", 1), 400, "JSON"),
    "a boolean among the numbers": (changed(data=[True, *VALUES[1:]]), 400, "boolean"),
    "malformed JSON": (b'{"inputs": [', 400, "JSON"),
    "no inputs": (b"{}", 400, "inputs"),
}


@pytest.mark.parametrize("case", BAD_BODIES)
def test_bad_bodies_are_refused_with_the_rule_that_they_break(plane: RunningPlane, case: str) -> None:
    body, status, mentions = BAD_BODIES[case]

    answer = httpx.post(
        plane.gateway_url + INFER, content=body, headers={"content-type": "application/json"}, verify=NO_TLS
    )

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert mentions in answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/v2/models/nope/infer",
        "/v2/models/breast-cancer/versions/99/infer",
        "/v2/models/breast-cancer/versions/01/infer",
    ],
)
def test_what_does_not_exist_is_404_in_the_protocols_shape(plane: RunningPlane, path: str) -> None:
    answer = httpx.post(plane.gateway_url + path, json=request_of("breast-cancer"), timeout=30, verify=NO_TLS)

    assert answer.status_code == 404
    assert list(answer.json()) == ["error"]


def test_a_body_of_seven_megabytes_is_413(plane: RunningPlane) -> None:
    answer = httpx.post(plane.gateway_url + INFER, content=b"7" * 7_000_000, timeout=30, verify=NO_TLS)

    assert answer.status_code == 413


def test_an_unapproved_version_is_not_served(plane: RunningPlane, tmp_path: Path) -> None:
    folder = copytree(ROOT / "examples/wine/v1", tmp_path / "v9")
    manifest = folder / "model.yaml"
    manifest.write_text(manifest.read_text().replace("version: 1\n", "version: 9\n"))
    registered = plane.sluice("model", "register", str(folder), "--json")
    assert registered.returncode == 0, registered.stderr

    answer = httpx.post(
        plane.gateway_url + "/v2/models/wine/versions/9/infer", json=request_of("wine"), timeout=30, verify=NO_TLS
    )
    published = plane.sluice("release", "publish", "wine", "--default", "9", "--json")

    assert answer.status_code == 404
    assert published.returncode == 5
    assert "pending" in published.stderr
