"""Shell completion that asks the registry."""

import os

from sluice.errors import SluiceError


def complete_model(incomplete: str) -> list[str]:
    """Names of models that start so; none when the registry is out of reach, for a shell must not print errors."""
    from sluice.cli.connections import Connections
    from sluice.cli.target import TargetKind, target_of

    try:
        named = os.environ.get("SLUICE_TARGET")
        kind = TargetKind(named) if named else None
        models = Connections(target_of(kind, {}, os.environ)).registry.list_models()
    except (SluiceError, ValueError):
        return []
    return [model.name for model in models if model.name.startswith(incomplete)]
