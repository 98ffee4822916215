"""A prediction for a person: every output with its meaning, and who answered."""

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from sluice.cli.connections import Connections
from sluice.cli.output import table
from sluice.errors import SluiceError

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN_VALUES = 12
_FACTS = ("function_version", "release", "reason", "experiment", "variant", "prediction_id")


def output_meaning(connections: Connections, answer: Mapping[str, Any]) -> Mapping[str, str]:
    """What the outputs mean, from the registry; nothing when it is out of reach, for the answer is here."""
    try:
        version = connections.registry.find_version(answer["model_name"], int(answer["model_version"]))
    except SluiceError:
        return {}
    return version.output_meaning if version else {}


def render_prediction(answer: Mapping[str, Any], meaning: Mapping[str, str], console: "Console") -> None:
    """One line per row and output, then one about who answered."""
    rows = [
        (place, output["name"], _shown(values), meaning.get(output["name"], ""))
        for output in answer["outputs"]
        for place, values in enumerate(_by_row(output), start=1)
    ]
    rows.sort(key=lambda row: row[0])
    console.print(table(["Row", "Output", "Value", "Meaning"], rows))
    console.print(_who(answer), markup=False, soft_wrap=True)


def _who(answer: Mapping[str, Any]) -> str:
    who = answer.get("parameters", {})
    facts = [f"{name.replace('_', ' ')} {who[name]}" for name in _FACTS if name in who]
    return f"{answer['model_name']} version {answer['model_version']}: {', '.join(facts)}"


def _by_row(output: Mapping[str, Any]) -> list[list[Any]]:
    """OIP sends a tensor's elements in one flat list, row by row."""
    data, width = output["data"], prod(output["shape"][1:])
    return [data[start : start + width] for start in range(0, len(data), width)] if width else []


def _shown(values: list[Any]) -> str:
    texts = [f"{value:.6g}" if isinstance(value, float) else str(value) for value in values[:_SHOWN_VALUES]]
    more = [f"… {len(values) - _SHOWN_VALUES} more"] if len(values) > _SHOWN_VALUES else []
    return ", ".join([*texts, *more])
