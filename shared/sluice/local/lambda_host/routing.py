"""Which function version serves a request: for an alias with weights, one seeded draw per invocation."""

from collections.abc import Sequence
from random import Random

from sluice.local.lambda_control.function import Alias, FunctionVersion
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.refusals import function_not_found

_SLOT_BITS = 32


class AliasDraws:
    """The draws of one alias. The same seed, function and alias give the same sequence, whatever the weights do."""

    def __init__(self, seed: int, *, function_name: str, alias_name: str) -> None:
        self._random = Random(f"{seed}:{function_name}:{alias_name}")  # noqa: S311 - a split, not a secret

    def choose(self, alias: Alias) -> str:
        """The function version that serves the next invocation. Weight 0 never draws the additional one, 1 always."""
        slot = self._random.getrandbits(_SLOT_BITS)
        if alias.additional_version is not None and slot < slots_of(alias.additional_weight):
            return alias.additional_version
        return alias.function_version


def slots_of(weight: float) -> int:
    """How many of the 2^32 slots belong to a weight between 0.0 and 1.0."""
    return round(weight * (1 << _SLOT_BITS))


class QualifierResolver:
    """From function name and qualifier to a function version. Every method may raise ResourceNotFoundException."""

    def __init__(self, functions: LambdaFunctions, *, seed: int) -> None:
        self._functions = functions
        self._seed = seed
        self._draws: dict[tuple[str, str], AliasDraws] = {}

    def draw(self, function_name: str, qualifier: str) -> FunctionVersion:
        """The version that serves the next invocation; an alias spends one draw."""
        function = self._functions.get_function(function_name, qualifier)
        alias = function.aliases.get(qualifier)
        number = qualifier if alias is None else self._draws_of(function_name, qualifier).choose(alias)
        version = function.find_version(number)
        if version is None:
            raise function_not_found(f"{function.latest.arn}:{qualifier}")
        return version

    def targets(self, function_name: str, qualifier: str) -> Sequence[FunctionVersion]:
        """Every version that `qualifier` may resolve to; spends no draw."""
        main = self._functions.get_version(function_name, qualifier)
        alias = self._functions.get_function(function_name).aliases.get(qualifier)
        if alias is None or alias.additional_version is None:
            return [main]
        return [main, self._functions.get_version(function_name, alias.additional_version)]

    def _draws_of(self, function_name: str, alias_name: str) -> AliasDraws:
        key = (function_name, alias_name)
        draws = self._draws.get(key)
        if draws is None:
            draws = self._draws[key] = AliasDraws(self._seed, function_name=function_name, alias_name=alias_name)
        return draws
