"""What a caller may choose: once for a client, and for one inference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from sluice.client.results import ParameterValue
from sluice.client.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """Of a client.

    `binary`: whether tensors travel raw; None asks the server's metadata. JSON of more than `compress_over_bytes`
    goes as gzip, None: never. A body of more than `inline_limit_bytes` is uploaded where the server offers uploads:
    an invocation of Lambda carries 6 MB, of which base64 takes a quarter and the event around it some KB.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    binary: bool | None = None
    compress_over_bytes: int | None = None
    inline_limit_bytes: int = 4 * 1024 * 1024


DEFAULT_OPTIONS = ClientOptions()


class InferOptions(TypedDict, total=False):
    """Of one inference; every member may be absent.

    `unit` is whom an experiment puts into an arm (the parameter `sluice_unit`; its type and attributes go into
    `parameters`). `outputs` absent: all of them. The two bounds replace those of the client's RetryPolicy.
    """

    model_version: str | int | None
    outputs: Sequence[str]
    parameters: Mapping[str, ParameterValue]
    unit: str | None
    request_id: str | None
    timeout_seconds: float
    deadline_seconds: float
