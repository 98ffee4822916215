"""How big what was built is, and how much room that leaves. An MB is 1,000,000 bytes."""

from collections.abc import Mapping

from infra.assets.folder_facts import FolderFacts
from infra.declarations.environment import Architecture

BUDGET_BYTES = 130_000_000
"""What the inference function and its layers may take, unzipped."""
LIMIT_BYTES = 250_000_000
"""What Lambda accepts."""
FOR_MODELS_BYTES = 60_000_000
"""What must stay free below the limit, for models that are shipped with a function."""

_BIGGEST = 5


def size_report(
    architecture: Architecture, *, layers: Mapping[str, FolderFacts], functions: Mapping[str, FolderFacts]
) -> str:
    """A table, then the sum that counts: the inference function with both of its layers."""
    rows = [f"{architecture:<22}{'unzipped':>10}{'zipped':>10}   biggest packages (MB unzipped)"]
    rows += [_row(f"layer {name}", facts, _biggest(facts)) for name, facts in layers.items()]
    rows += [_row(f"function {name}", facts, "") for name, facts in functions.items()]
    return "\n".join([*rows, _room(inference_bytes(layers=layers, functions=functions))])


def inference_bytes(*, layers: Mapping[str, FolderFacts], functions: Mapping[str, FolderFacts]) -> int:
    """What Lambda counts for the inference function, which has every layer."""
    return functions["inference"].unzipped_bytes + sum(facts.unzipped_bytes for facts in layers.values())


def _row(name: str, facts: FolderFacts, remark: str) -> str:
    return f"{name:<22}{_mb(facts.unzipped_bytes):>10}{_mb(facts.zipped_bytes):>10}   {remark}".rstrip()


def _biggest(facts: FolderFacts) -> str:
    by_size = sorted(facts.package_bytes.items(), key=lambda item: -item[1])[:_BIGGEST]
    return ", ".join(f"{name} {_mb(size)}" for name, size in by_size)


def _room(total: int) -> str:
    budget, limit = BUDGET_BYTES // 1_000_000, LIMIT_BYTES // 1_000_000
    left = f"{_mb(LIMIT_BYTES - total)} left of Lambda's {limit} for models"
    verdict = "within" if total <= BUDGET_BYTES else "OVER"
    return f"inference with its layers: {_mb(total)} MB, {verdict} the budget of {budget}; {left}"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f}"
