"""Predictions by other protocols than the Open Inference Protocol: which paths, and by which form they are read.

Below a base, which is `/v2/models/{model}` or `/v2/models/{model}/versions/{model_version}`, all of them go the way
to the model's function that its own routes go. KServe's first protocol has a route at the root, too.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from functions.inference.gateway_calls import call_from_event, in_format_2
from sluice.inference.call import PredictionCall
from sluice.inference.wire_form import WireForm

INVOCATIONS = "/invocations"
V1_MODEL = "/v1/models/{model}"
V1_PREDICT = f"{V1_MODEL}:predict"

# Whatever a stage or a domain puts before the path is none of our business.
_PATH = re.compile(
    r"(?:/v2/models/(?P<base>[^/]+)(?:/versions/(?P<model_version>[^/]+))?)?"
    r"/(?:(?P<invocations>invocations)|v1/models/(?P<v1_model>[^/:]+):predict)$"
)
_NO_HEADERS: Mapping[str, str] = {}


def other_call(event: Mapping[str, Any], context: Any, *, model: str) -> PredictionCall | None:
    """The call of an event in either format, if its path is one of these; None for every other event."""
    is_format_2 = "rawPath" in event
    method = event["requestContext"]["http"]["method"] if is_format_2 else event.get("httpMethod")
    found = _PATH.search(str(event.get("rawPath" if is_format_2 else "path"))) if method == "POST" else None
    if found is None or (found["invocations"] and not found["base"]):
        return None
    event = event if is_format_2 else in_format_2(event)
    headers = event.get("headers") or _NO_HEADERS
    form = invocations_form(headers.get) if found["invocations"] else v1_form()
    call = call_from_event(event, context, model=model, form=form)
    return call._replace(model=found["v1_model"] or found["base"], model_version=found["model_version"])


def invocations_form(header: Callable[[str, str], str]) -> WireForm:
    """The form of POST …/invocations for a request with these headers."""
    from sluice.inference.forms.invocations import INFERENCE_ID, Invocations

    return Invocations(header("content-type", ""), header("accept", ""), header(INFERENCE_ID, ""))


def v1_form() -> WireForm:
    """The form of KServe's first protocol."""
    from sluice.inference.forms.kserve_v1 import KSERVE_V1

    return KSERVE_V1
