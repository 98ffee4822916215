"""Which outputs a request wants, and in which form."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidRequest
from sluice.inference.datatypes import BY_NAME, JsonForm
from sluice.inference.named_tensors import by_name, flag_of
from sluice.inference.shown import shown_names
from sluice.inference.tensors import NO_NAMES, ParameterValue

_ALL_BINARY = "binary_data_output"
_ONE_BINARY = "binary_data"


class Wanted(NamedTuple):
    """`names` is empty for all outputs; those of `binary` are wanted as raw bytes, the others as JSON."""

    names: tuple[str, ...] = ()
    binary: frozenset[str] = NO_NAMES


class RequestedOutputs:
    """Reads what requests ask of one model version."""

    def __init__(self, specs: Sequence[TensorSpec]) -> None:
        self._datatypes = {spec.name: spec.datatype for spec in specs}
        self._all = frozenset(self._datatypes)
        self._only_binary = frozenset(it.name for it in specs if BY_NAME[it.datatype].json_form is JsonForm.NONE)
        self._usual = None if self._only_binary else Wanted()

    def read(self, outputs: Any, parameters: Mapping[str, ParameterValue]) -> Wanted:
        """Everything as JSON unless the request says otherwise. Raises MalformedBody, InvalidRequest."""
        if outputs is None and self._usual is not None and _ALL_BINARY not in parameters:
            return self._usual
        wanted = self._asked(outputs, all_binary=flag_of(parameters, _ALL_BINARY, "the request") or False)
        for name in wanted.names or self._datatypes:
            if name in self._only_binary and name not in wanted.binary:
                hint = f"ask for it with the parameter {_ONE_BINARY} true, or for other outputs"
                raise InvalidRequest(f"output {name!r} is {self._datatypes[name]}, which has no JSON form; {hint}")
        return wanted

    def _asked(self, outputs: Any, *, all_binary: bool) -> Wanted:
        requested = {} if outputs is None else by_name(outputs, "outputs")
        if not requested:
            return Wanted((), self._all if all_binary else NO_NAMES)
        unknown = requested.keys() - self._all
        if unknown:
            known = shown_names(self._all)
            raise InvalidRequest(f"unknown outputs requested: {shown_names(unknown)}; the model has {known}")
        return Wanted(tuple(requested), frozenset(it for it in requested if _is_binary(it, requested[it], all_binary)))


def _is_binary(name: str, output: Mapping[str, Any], all_binary: bool) -> bool:
    own = flag_of(output.get("parameters"), _ONE_BINARY, f"output {name!r}")
    return all_binary if own is None else own
