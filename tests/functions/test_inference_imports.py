"""What the hot route may not import: each of these costs a cold start more than the model does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sluice.adapters.s3_boto_objects import BotoObjects
from sluice.adapters.s3_content_store import S3ContentStore, s3_client
from sluice.experiments.ports import StoredSnapshot
from sluice.local.resources import REGION, create_table
from tests.adapters.conftest import serving
from tests.functions.builders import PublishedRelease, a_body, an_event
from tests.unit.experiments.running import a_snapshot, an_experiment

PROGRAM = """
import sys
from functions.inference.composition import build_handler
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event

published = PublishedRelease()
settings = published.publish()
before = set(sys.modules)
handler = build_handler(settings, content=published.store, write_line=lambda line: None)
handler(an_event(body=a_body()), CONTEXT)
warm = set(sys.modules)
assert handler(an_event(body=a_body()), CONTEXT)["statusCode"] == 200
assert handler(an_event(body=b"{"), CONTEXT)["statusCode"] == 400
print(*sorted(set(sys.modules) - warm), sep=",")
print(*sorted(name for name in HEAVY if name in warm - before), sep=",")
handler(an_event("GET", "/v2"), CONTEXT)
print("fastapi" in sys.modules)
"""
HEAVY = (
    "fastapi",
    "starlette",
    "mangum",
    "pydantic",
    "boto3",
    "pynamodb",
    "asyncio",
    "logging.config",
    "yaml",
    "rfc8785",
    "cel_expr_python",
    "sluice.adapters.experiment_stores",
)
OTHERS = """
import sys
from functions.inference.composition import build_handler
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event

published = PublishedRelease()
handler = build_handler(published.publish(), content=published.store, write_line=lambda line: None)
handler(an_event(body=a_body()), CONTEXT)
print(sorted(name for name in sys.modules if name.startswith("sluice.inference.forms.")))
for path in ("/v1/models/risk:predict", "/v2/models/risk/invocations"):
    assert handler(an_event(path=path, body={"instances": [[1, 2, 3]]}), CONTEXT)["statusCode"] == 200
wish = an_event(path="/v2/models/risk/uploads", body={"bytes": 1, "media_type": ""})
assert handler(wish, CONTEXT)["statusCode"] == 501
print(sorted({"fastapi", "pydantic", "mangum"} & set(sys.modules)))
"""
EXPERIMENTS = """
import sys
from functions.inference.composition import build_handler
from functions.inference.experiment_plane import ExperimentStores
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_units import MemoryUnits
from sluice.experiments.ports import StoredSnapshot
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event

published, definitions = PublishedRelease(), MemoryDefinitions()
for snapshot in SNAPSHOTS:
    definitions.commit([], snapshot)
settings, stores = published.publish(), ExperimentStores(definitions, MemoryUnits())
handler = build_handler(settings, content=published.store, write_line=lambda line: None, stores=stores)
event = an_event(body=a_body() | {"parameters": {"sluice_unit": "alice"}})
print("cel_expr_python" in sys.modules)
handler(event, CONTEXT)
warm = set(sys.modules)
assert handler(event, CONTEXT)["statusCode"] == 200
print(*sorted(set(sys.modules) - warm), sep=",")
"""
FORBIDDEN = (
    *("boto3", "botocore", "s3transfer", "urllib3", "pynamodb"),
    *("fastapi", "starlette", "pydantic", "mangum", "anyio"),
    *("aws_xray_sdk", "aws_lambda_powertools", "cel_expr_python", "yaml", "rfc8785", "opentelemetry"),
    *("asyncio", "concurrent.futures", "email", "http.client", "logging", "multiprocessing", "subprocess", "ssl"),
    *("pathlib", "queue", "shutil", "tempfile", "traceback", "urllib.parse"),
    *("sluice.catalog.model_version", "sluice.catalog.ports", "sluice.experiments.experiment"),
    *("sluice.experiments.decider", "sluice.experiments.ports", "sluice.adapters.dynamodb_units"),
)
"""What no function needs before it is asked for more than a prediction, over plain HTTP."""
HANDLER = """
import sys
from types import SimpleNamespace
from functions.inference.handler import handler
answer = handler(EVENT, SimpleNamespace(function_version="1", aws_request_id="r"))
print(answer["statusCode"], sorted(name for name in FORBIDDEN if name in sys.modules))
"""
TABLES = {"EXPERIMENTS_TABLE": "experiments", "UNITS_TABLE": "units"}


@pytest.fixture(scope="module")
def aws() -> Iterator[dict[str, str]]:
    """The environment of a function that is deployed with a release; its tables are empty."""
    with serving(DomainDispatcherApplication(create_backend_app)) as url:
        s3, dynamodb = s3_client(region=REGION, endpoint_url=url), boto3.client("dynamodb", REGION, endpoint_url=url)
        for bucket in ("artefacts", "records"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for table in TABLES.values():
            create_table(dynamodb, table)
        store = S3ContentStore(BotoObjects(s3), {"artefacts": "artefacts", "releases": "artefacts"})
        settings = PublishedRelease(store=store).publish()
        s3.close()
        dynamodb.close()
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        yield settings.to_environment() | keys | {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION}


def run(program: str, **environment: str) -> list[str]:
    """What a process of its own prints; it must not complain."""
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ".:shared", **environment},
    )
    assert finished.stderr == ""
    return finished.stdout.splitlines()


def test_the_hot_route_imports_no_framework_and_nothing_at_all_once_it_is_warm() -> None:
    assert run(f"HEAVY = {HEAVY!r}\n{PROGRAM}") == ["", "", "True"]


def test_other_protocols_load_nothing_before_they_are_spoken_and_never_the_framework() -> None:
    assert run(OTHERS) == ["[]", "[]"]


@pytest.mark.parametrize("snapshots", [[], [a_snapshot([an_experiment()])]], ids=["no experiment", "an experiment"])
def test_the_condition_language_is_loaded_for_models_with_experiments_only_and_before_a_unit_comes(
    snapshots: list[StoredSnapshot],
) -> None:
    """A request would wait for it a tenth of a second."""
    assert run(EXPERIMENTS.replace("SNAPSHOTS", repr(snapshots))) == [str(bool(snapshots)), ""]


@pytest.mark.parametrize("tables", [{}, TABLES], ids=["no tables", "empty tables"])
def test_a_deployed_function_answers_its_first_prediction_within_its_import_budget(
    aws: dict[str, str], tables: dict[str, str], tmp_path: Path
) -> None:
    environment = aws | {f"SLUICE_{name}": each for name, each in tables.items()} | {"TMPDIR": str(tmp_path)}
    program = f"FORBIDDEN = {FORBIDDEN!r}\nEVENT = {an_event(body=a_body())!r}\n{HANDLER}"

    record, printed = run(program, **environment)

    assert printed == "200 []"
    assert json.loads(record)["model_version"] == "2"


@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_the_library_for_matrices_is_told_to_start_no_threads_before_it_is_loaded(
    given: dict[str, str], threads: str
) -> None:
    program = "import os, sys\nimport functions.inference.import_time\n"
    program += "print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"

    assert run(program, **given) == [f"{threads} False"]


def test_a_function_waits_for_tls_only_where_there_is_some(aws: dict[str, str]) -> None:
    program = "import sys\nimport sluice.adapters.aws_wire.wires\nprint('ssl' in sys.modules)\n"
    program += "from sluice.adapters.aws_wire.tls import client_context\nclient_context()\nprint('ssl' in sys.modules)"

    assert run(program, **aws) == ["False", "True"]
