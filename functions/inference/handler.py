"""The Lambda entry point; everything here runs once per execution environment."""

from time import perf_counter_ns

from functions.inference.import_time import IMPORTS_STARTED_NS  # isort: skip  first: it starts the watch
from functions.inference.composition import build_handler
from functions.inference.settings import InferenceSettings
from sluice.adapters.s3_content_store import S3ContentStore, s3_client
from sluice.adapters.stdout_records import write_line
from sluice.inference.record_metrics import to_ms

_settings = InferenceSettings.from_environment()
_buckets = {
    "artefacts": _settings.artefacts_bucket,
    "releases": _settings.artefacts_bucket,
    "bodies": _settings.records_bucket,
    "records": _settings.records_bucket,
}

handler = build_handler(
    _settings,
    content=S3ContentStore(s3_client(), _buckets),
    write_line=write_line,
    imports_ms=to_ms(perf_counter_ns() - IMPORTS_STARTED_NS),
)
