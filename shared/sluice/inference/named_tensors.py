"""Lists of named tensors in a request's JSON, and their parameters."""

from collections.abc import Mapping
from typing import Any

from sluice.errors import InvalidRequest, MalformedBody
from sluice.inference.shown import shown
from sluice.inference.tensors import ParameterValue

_NO_PARAMETERS: Mapping[str, ParameterValue] = {}
_VALUES = frozenset({str, int, float, bool})


def by_name(tensors: Any, member: str) -> dict[str, dict[str, Any]]:
    """The items of `member` by their names, in their order. Raises MalformedBody, InvalidRequest."""
    if type(tensors) is not list:
        raise MalformedBody(f"{member} is missing or not an array")
    found: dict[str, dict[str, Any]] = {}
    for tensor in tensors:
        name = tensor.get("name") if type(tensor) is dict else None
        if type(name) is not str:
            raise MalformedBody(f"every item of {member} must be an object with a string 'name'")
        if name in found:
            raise InvalidRequest(f"{member} name {shown(name)} more than once")
        if "parameters" in tensor:
            parameters_of(tensor, member, name)
        found[name] = tensor
    return found


def parameters_of(holder: Mapping[str, Any], member: str = "", name: str = "") -> Mapping[str, ParameterValue]:
    """The parameters of a tensor, or of the whole request if no `member` is given. Raises MalformedBody."""
    parameters = holder.get("parameters")
    if parameters is None:
        return _NO_PARAMETERS
    if type(parameters) is not dict:
        raise MalformedBody(f"parameters of {_where(member, name)} must be an object")
    if not _VALUES.issuperset(map(type, parameters.values())):
        parameter = next(name for name, value in parameters.items() if type(value) not in _VALUES)
        rule = "must be a string, number or boolean"
        raise MalformedBody(f"parameter {shown(parameter)} of {_where(member, name)} {rule}")
    return parameters


def flag_of(parameters: Mapping[str, Any] | None, flag: str, where: str) -> bool | None:
    """A parameter that is true or false; None where it is not given. Raises InvalidRequest."""
    value = parameters.get(flag) if parameters else None
    if value is None or type(value) is bool:
        return value
    raise InvalidRequest(f"parameter {flag!r} of {where} is {shown(value)}, must be true or false")


def _where(member: str, name: str) -> str:
    return f"{member} {shown(name)}" if member else "the request"
