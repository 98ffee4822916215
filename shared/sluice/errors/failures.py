"""What is ours: a store that does not answer, a model that raises, a record that does not hold."""

from sluice.errors.refusals import SluiceError


class CandidateFailed(SluiceError):
    """A call to the candidate, past the alias, ended in an error."""

    def __init__(self, function_version: str, why: str) -> None:
        super().__init__(f"function version {function_version} failed: {why}")
        self.function_version = function_version


class LedgerBroken(SluiceError):
    """The chain does not hold from record `seq` on."""

    def __init__(self, chain: str, seq: int) -> None:
        super().__init__(f"the ledger's chain {chain!r} is broken at record {seq}")
        self.chain = chain
        self.seq = seq


class NotAvailable(SluiceError):
    """A temporary failure; worth a retry."""

    retry_after_seconds: int = 1


class ModelNotReady(NotAvailable):
    """The model cannot serve yet: its artefact is not here, or does not match its digest."""

    def __init__(self, model: str, model_version: int, why: str) -> None:
        super().__init__(f"model {model!r} version {model_version} is not ready: {why}")


class NoReleaseYet(NotAvailable):
    """The model's function is deployed, and no release was ever published to it."""

    def __init__(self, model: str) -> None:
        super().__init__(f"model {model!r} has no release yet; publish one with `sluice release publish {model}`")


class StoreUnavailable(NotAvailable):
    """A table, bucket or log group failed, throttled, or exceeded its time budget."""

    def __init__(self, store: str, why: str) -> None:
        super().__init__(f"{store} is unavailable: {why}")


class InferenceFailed(SluiceError):
    """The model raised on a request that passed every check; the cause stays in the record."""

    def __init__(self, model: str, model_version: int, how: str = "failed on this request") -> None:
        super().__init__(f"model {model!r} version {model_version} {how}")


class NonFiniteOutput(InferenceFailed):
    """An output holds NaN or infinity, which JSON has no form for."""

    def __init__(self, model: str, model_version: int, output: str, element: int, value: float) -> None:
        what = f"answered {value} in element {element} of output {output!r}"
        how = f"{what}; JSON carries finite numbers only, binary data would carry it"
        super().__init__(model, model_version, how)
        self.output = output
