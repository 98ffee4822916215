import json
import subprocess
import sys
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.registry_documents import (
    binding_from_document,
    binding_to_document,
    event_from_document,
    event_to_document,
    release_from_document,
    release_to_document,
)
from sluice.catalog.release import ReleaseBinding, ReleaseSettings
from sluice.catalog.release_document import content_digest, content_from_document, content_to_bytes
from tests.unit.catalog.builders import NOON, a_content, a_model, a_release, an_event

settings = st.builds(ReleaseSettings, st.integers(1, 64), st.integers(1, 2**40), st.integers(0, 2**20))


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=5), settings)
def test_a_content_survives_its_document(numbers: set[int], settings: ReleaseSettings) -> None:
    content = a_content(min(numbers), tuple(sorted(numbers)), settings=settings)

    assert content_from_document(json.loads(content_to_bytes(content))) == content


def test_the_digest_of_a_content_is_that_of_the_bytes_that_are_stored() -> None:
    content = a_content()

    assert content_digest(content) == sha256(content_to_bytes(content)).hexdigest()


def test_the_digest_of_a_content_does_not_depend_on_the_order_of_its_versions() -> None:
    assert content_digest(a_content(1, (1, 2, 10))) == content_digest(a_content(1, (10, 2, 1)))


@pytest.mark.parametrize(
    "change", [{"model": a_model(owner="other")}, {"preload": ()}, {"settings": ReleaseSettings(intra_op_threads=2)}]
)
def test_every_part_of_a_content_is_in_its_digest(change: dict[str, Any]) -> None:
    assert content_digest(a_content(**change)) != content_digest(a_content())


def test_a_release_a_binding_and_an_event_survive_their_documents() -> None:
    binding = ReleaseBinding("churn", "12", 3, NOON)

    assert release_from_document(json.loads(json.dumps(release_to_document(a_release(3))))) == a_release(3)
    assert binding_from_document(json.loads(json.dumps(binding_to_document(binding)))) == binding
    assert event_from_document(json.loads(json.dumps(event_to_document(an_event())))) == an_event()


def test_a_content_whose_default_version_is_missing_is_refused() -> None:
    document = json.loads(content_to_bytes(a_content()))
    document["default_version"] = 2

    with pytest.raises(ValueError, match=r"versions \[2\] that are not in versions"):
        content_from_document(document)


def test_reading_a_release_at_cold_start_imports_nothing_heavy() -> None:
    code = (
        "import sys, sluice.catalog.release_document; "
        "print({'pydantic', 'yaml', 'rfc8785', 'numpy', 'boto3'} & set(sys.modules))"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "set()"
