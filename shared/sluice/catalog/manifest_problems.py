"""What pydantic finds wrong with a manifest, as sentences: the field, what was found, what is allowed."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from sluice.catalog.problem_sentences import no_such_field, problem

_ALLOWED: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "literal_error": lambda context: str(context["expected"]).replace("'", "").replace(" or ", ", "),
        "string_type": lambda _: "text (put it in quotes)",
        "int_type": lambda _: "a whole number",
        "int_from_float": lambda _: "a whole number",
        "float_type": lambda _: "a number",
        "finite_number": lambda _: "a finite number",
        "bool_type": lambda _: "true or false",
        "list_type": lambda _: "a list",
        "dict_type": lambda _: "a mapping",
        "model_type": lambda _: "a mapping",
        "greater_than_equal": lambda context: f"{context['ge']:g} or more",
        "less_than_equal": lambda context: f"{context['le']} or less",
        "too_long": lambda context: f"{context['max_length']} or fewer entries",
        "too_short": lambda context: f"{context['min_length']} or more entries",
    }
)


def problems_of(error: ValidationError, section: type[BaseModel]) -> list[str]:
    """One sentence per violation, in the order of the fields."""
    return [_problem(each, section) for each in error.errors(include_url=False)]


def _problem(error: Mapping[str, Any], section: type[BaseModel]) -> str:
    field = _path(error["loc"])
    if error["type"] == "missing":
        return f"{field}: missing, it is required"
    if error["type"] == "extra_forbidden":
        return f"{field}: {no_such_field(str(error['loc'][-1]), _fields_at(error['loc'][:-1], section))}"
    describe = _ALLOWED.get(error["type"])
    return problem(field, error["input"], describe(error.get("ctx", {})) if describe else error["msg"])


def _path(place: Sequence[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".") or "the manifest"


def _fields_at(place: Sequence[str | int], section: type[BaseModel]) -> list[str]:
    for step in place:
        # A name that the section does not have is a key of the mapping before it.
        if isinstance(step, str) and step in section.model_fields:
            kind = section.model_fields[step].annotation
            inner = [kind, *getattr(kind, "__args__", ())]
            section = next((each for each in inner if isinstance(each, type) and issubclass(each, BaseModel)), section)
    return list(section.model_fields)
