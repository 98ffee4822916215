"""Outputs from the release's result cache, or computed, as far as the request's Cache-Control allows either."""

from collections.abc import Callable

from sluice.inference.cache_control import ANYTHING, cache_wish_of
from sluice.inference.call import PredictionCall
from sluice.inference.result_cache import Outputs, ResultCache, key_of
from sluice.inference.tensors import InferenceRequest
from sluice.inference.trace import CacheUse, PredictionTrace, Step


def remembered_outputs(
    call: PredictionCall,
    request: InferenceRequest,
    results: ResultCache,
    compute: Callable[[], Outputs],
    trace: PredictionTrace,
) -> Outputs:
    """What the cache has, or what `compute` gives; the trace says which. Raises what `compute` raises."""
    assert trace.choice is not None
    wish = cache_wish_of(call.cache_control) if call.cache_control else ANYTHING
    key = key_of(trace.choice.version, request)
    hit = results.find(key, max_age_seconds=wish.max_age_seconds) if wish.may_find else None
    trace.cache = CacheUse("HIT", hit.age_seconds) if hit else CacheUse("MISS" if wish.may_find else "BYPASS")
    if hit is not None:
        trace.finished(Step.DECODE)
        return hit.outputs
    outputs = compute()
    if wish.may_keep:
        results.keep(key, outputs)
    return outputs
