"""Files of namespaces, experiments and flags, as a person would write them."""

from pathlib import Path
from typing import Any

from sluice.catalog.yaml_writing import to_yaml

VARIANTS = [
    {"key": "control", "weight_bps": 5000, "model_version": 1},
    {"key": "treatment", "weight_bps": 5000, "model_version": 2},
]


def namespace_file(folder: Path, key: str, /, **changes: Any) -> Path:
    return written(folder / f"{key}-namespace.yaml", {"key": key, "description": "for tests", **changes})


def experiment_file(folder: Path, key: str, /, **changes: Any) -> Path:
    """In the namespace of the same key, all slots, two model versions, everybody eligible."""
    experiment = {
        "key": key,
        "hypothesis": "Version 2 is better.",
        "owner": "tests",
        "model": "divided",
        "namespace": key,
        "slots": [[0, 1_000_000]],
        "variants": VARIANTS,
        "plan": {"primary_metric": "clicks", "guardrails": ["latency"]},
    }
    return written(folder / f"{key}.yaml", experiment | changes)


def flag_file(folder: Path, key: str, /, **changes: Any) -> Path:
    """On in Germany, for a tenth of everybody else."""
    flag = {
        "key": key,
        "owner": "tests",
        "type": "boolean",
        "variants": {"on": True, "off": False},
        "attributes": {"country": "string", "age": "int"},
        "rules": [{"when": 'country == "DE"', "variant": "on"}],
        "default": {"split": [{"variant": "on", "weight_bps": 1000}, {"variant": "off", "weight_bps": 9000}]},
    }
    return written(folder / f"{key}.yaml", flag | changes)


def written(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(to_yaml(document))
    return path
