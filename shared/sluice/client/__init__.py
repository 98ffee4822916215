"""A typed client of the Open Inference Protocol v2, for Sluice and for any other server: blocking and asynchronous.

>>> with InferenceClient("http://127.0.0.1:8080") as client:  # doctest: +SKIP
...     result = client.infer("breast-cancer", rows, unit="user-17")
...     result.outputs["probabilities"], result.model_version, result.reason

It imports nothing else of Sluice: httpx, NumPy and orjson are all that it needs.
"""

from sluice.client.asynchronous import AsyncInferenceClient
from sluice.client.errors import (
    DeadlinePassed,
    InferenceError,
    InvalidInput,
    NotFound,
    ProtocolBroken,
    Refused,
    ServerFailed,
    Throttled,
    TooLarge,
    Unavailable,
    Unsupported,
)
from sluice.client.metadata import ModelMetadata, ServerMetadata, TensorMetadata
from sluice.client.options import ClientOptions, InferOptions
from sluice.client.results import InferenceResult
from sluice.client.retry import Instruments, RetryPolicy
from sluice.client.sync import InferenceClient

__all__ = [
    "AsyncInferenceClient",
    "ClientOptions",
    "DeadlinePassed",
    "InferOptions",
    "InferenceClient",
    "InferenceError",
    "InferenceResult",
    "Instruments",
    "InvalidInput",
    "ModelMetadata",
    "NotFound",
    "ProtocolBroken",
    "Refused",
    "RetryPolicy",
    "ServerFailed",
    "ServerMetadata",
    "TensorMetadata",
    "Throttled",
    "TooLarge",
    "Unavailable",
    "Unsupported",
]
