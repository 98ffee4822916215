"""What is known of a unit, as people write it: NAME=VALUE, each value read by the type that conditions expect."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sluice.cli.output import say
from sluice.errors import InvalidRequest
from sluice.experiments.attributes import AttributeSchema, AttributeType


def read_attributes(texts: Sequence[str], schema: AttributeSchema) -> dict[str, Any]:
    """Values by name. What no condition looks at stays text, and is told, for it may be a slip.

    Raises InvalidRequest for a text that is no NAME=VALUE, a name that stands twice, a value of another type.
    """
    attributes: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name or name in attributes:
            raise InvalidRequest(f"--attr {text!r}: must be NAME=VALUE, each name once")
        if name not in schema:
            say(f"No condition looks at the attribute {name!r}.")
        attributes[name] = _value(name, value, schema.get(name, AttributeType.STRING))
    return attributes


def _value(name: str, text: str, kind: AttributeType) -> Any:
    try:
        return _READERS[kind](text)
    except (ValueError, KeyError) as error:
        raise InvalidRequest(f"--attr {name}: found {text!r}, conditions expect a value of type {kind}") from error


_READERS: Mapping[AttributeType, Callable[[str], Any]] = MappingProxyType(
    {
        AttributeType.STRING: str,
        AttributeType.INT: int,
        AttributeType.DOUBLE: float,
        AttributeType.BOOL: lambda text: {"true": True, "false": False}[text],
        AttributeType.STRINGS: lambda text: text.split(",") if text else [],
    }
)
