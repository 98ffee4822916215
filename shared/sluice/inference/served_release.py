"""A release, prepared so that a request only looks things up."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sluice.catalog.model import RiskTier
from sluice.catalog.release import ReleaseContent, ReleasedVersion
from sluice.errors import UnknownModel, UnknownModelVersion
from sluice.experiments.reasons import Reason
from sluice.inference.request_decoder import RequestDecoder
from sluice.inference.response_encoder import ResponseEncoder
from sluice.inference.tensors import ParameterValue

if TYPE_CHECKING:
    from sluice.experiments.assignment import Assignment


class ServingReason(StrEnum):
    """Why this model version answered."""

    RELEASE_DEFAULT = "RELEASE_DEFAULT"
    VERSION_IN_URL = "VERSION_IN_URL"


class ServedVersion:
    """A released version with the codec of its signature."""

    def __init__(self, model: str, released: ReleasedVersion) -> None:
        self.released = released
        self.decoder = RequestDecoder(released.signature)
        self.encoder = ResponseEncoder(model, released.number, released.signature)
        self.output_names = tuple(spec.name for spec in released.signature.outputs)


class Choice(NamedTuple):
    """The version that answers, and why. `lead` is the assignment that decided, if one did.

    `parameters` are what the answer says of the unit's assignments.
    """

    version: ServedVersion
    reason: ServingReason | Reason
    lead: "Assignment | None" = None
    parameters: Mapping[str, ParameterValue] = MappingProxyType({})


class ServedRelease:
    """What one function version serves: release `number`, whose content has this `digest`."""

    def __init__(self, content: ReleaseContent, *, number: int, digest: str) -> None:
        self.content = content
        self.number = number
        self.digest = digest
        self._by_url = {str(each): ServedVersion(content.model.name, it) for each, it in content.versions.items()}
        self._default = Choice(self._by_url[str(content.default_version)], ServingReason.RELEASE_DEFAULT)
        self.needs_durable_records = content.model.risk_tier is RiskTier.HIGH
        """Whether a record must be stored before its answer may leave."""

    @property
    def default(self) -> Choice:
        """What serves unless something else is asked for or assigned."""
        return self._default

    def find_version(self, number: int) -> ServedVersion | None:
        """The version, if the release has it."""
        return self._by_url.get(str(number))

    def choose(self, model: str, model_version: str | None) -> Choice:
        """The version that a URL means: exactly the one it names, else the default.

        Raises UnknownModel, UnknownModelVersion.
        """
        name = self.content.model.name
        if model != name:
            raise UnknownModel(model)
        if model_version is None:
            return self._default
        wanted = self._by_url.get(model_version)
        if wanted is None:
            raise UnknownModelVersion(name, model_version, served=sorted(self.content.versions))
        return Choice(wanted, ServingReason.VERSION_IN_URL)
