"""When this environment began to import; the handler imports this module before everything else that is ours.

Nothing that is imported is garbage, so nobody looks for any until `imports_are_done`.
"""

import gc
from time import perf_counter_ns

IMPORTS_STARTED_NS = perf_counter_ns()
gc.disable()


def imports_are_done() -> None:
    """Collect garbage from now on, but never among what is there already: it lives as long as the process."""
    gc.freeze()
    gc.enable()
