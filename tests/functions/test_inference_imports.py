"""What the hot route may not import: each of these costs a cold start more than the model does."""

import subprocess
import sys

import pytest

from sluice.experiments.ports import StoredSnapshot
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
HANDLER = """
import sys
from functions.inference import handler
print(sorted({"cel_expr_python", "pynamodb", "sluice.adapters.dynamodb_units"} & sys.modules.keys()))
"""


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


def test_a_function_that_knows_no_tables_loads_nothing_of_experiments() -> None:
    names = {"MODEL": "risk", "ARTEFACTS_BUCKET": "artefacts", "RECORDS_BUCKET": "records"}

    printed = run(
        HANDLER, AWS_DEFAULT_REGION="eu-central-1", **{f"SLUICE_{name}": each for name, each in names.items()}
    )

    assert printed == ["[]"]
