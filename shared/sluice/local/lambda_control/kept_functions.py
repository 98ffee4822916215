"""Lambda functions that outlive the plane: a change is in the data directory before it is acknowledged."""

from typing import Any

from sluice.clock import Clock
from sluice.local.data_directory import DataDirectory, FunctionsUnreadable
from sluice.local.lambda_control.document import functions_to_document
from sluice.local.lambda_control.functions import LambdaFunctions


def kept_functions(store: DataDirectory | None, *, region: str, account_id: str, clock: Clock) -> LambdaFunctions:
    """The functions last saved, or none; without a store they live in memory only. Raises FunctionsUnreadable."""
    keywords: dict[str, Any] = {"region": region, "account_id": account_id, "clock": clock}
    if store is None:
        return LambdaFunctions(**keywords)
    saved = store.load_functions()
    if saved is None:
        saved = functions_to_document([])

    def save() -> None:
        store.save_functions(functions.to_document())

    try:
        functions = LambdaFunctions.from_document(saved, on_change=save, **keywords)
    except (KeyError, TypeError, ValueError) as error:
        raise FunctionsUnreadable(store.functions_path, f"its content is not as it was written ({error!r})") from error
    return functions
