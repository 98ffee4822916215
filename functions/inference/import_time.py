"""When this environment began to import; the handler imports this module before everything else that is ours."""

from time import perf_counter_ns

IMPORTS_STARTED_NS = perf_counter_ns()
