"""When this environment began to import; the handler imports this module before everything else that is ours.

Nothing that is imported is garbage, so nobody looks for any until `imports_are_done`. And NumPy's library for matrices,
of which we have none to multiply, starts no threads: they would spin, which a function with a part of a processor pays
with a tenth of a second.
"""

import gc
import os
from time import perf_counter_ns

IMPORTS_STARTED_NS = perf_counter_ns()
gc.disable()
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def imports_are_done() -> None:
    """Collect garbage from now on, but never among what is there already: it lives as long as the process."""
    gc.freeze()
    gc.enable()
