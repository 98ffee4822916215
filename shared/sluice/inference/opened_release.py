"""A release that is open for serving: what it serves, and the models that are in memory."""

from typing import TYPE_CHECKING

from sluice.frozen import frozen
from sluice.inference.model_cache import ModelCache
from sluice.inference.served_release import ServedRelease

if TYPE_CHECKING:  # most releases keep no results
    from sluice.inference.result_cache import ResultCache


@frozen
class OpenedRelease:
    """The prepared release and its caches, of models and perhaps of results; it lives as long as the process."""

    release: ServedRelease
    models: ModelCache
    results: "ResultCache | None" = None

    def require_ready(self) -> None:
        """Load the default version and all that is to be preloaded, where they are not. Raises ModelNotReady."""
        content = self.release.content
        for number in dict.fromkeys((content.default_version, *content.preload)):
            self.require_version_ready(content.model.name, str(number))

    def require_version_ready(self, model: str, model_version: str | None) -> None:
        """Load the version that a URL means. Raises ModelNotReady, UnknownModel, UnknownModelVersion."""
        with self.models.lease(model, self.release.choose(model, model_version).version.released):
            return
