"""A request that was refused before its protocol could read it: it is answered, and recorded, like any other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from sluice.errors import SluiceError
from sluice.inference.request_decoder import Envelope
from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import InferenceResponse

if TYPE_CHECKING:
    from sluice.inference.call import PredictionCall


@dataclass(frozen=True, slots=True, eq=False)
class Refused:
    """A WireForm that raises `error` in the place of everything; `name` is the form's that would have read it."""

    name: str
    error: SluiceError

    def read(self, call: "PredictionCall") -> NoReturn:  # noqa: ARG002 - as WireForm
        """As WireForm."""
        raise self.error

    def decode(self, envelope: Envelope, version: ServedVersion, *, fallback_id: str) -> NoReturn:  # noqa: ARG002
        """As WireForm."""
        raise self.error

    def encode(self, response: InferenceResponse, version: ServedVersion) -> NoReturn:  # noqa: ARG002
        """As WireForm."""
        raise self.error
