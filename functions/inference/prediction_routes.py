"""Predictions by other protocols than the Open Inference Protocol: which paths, and by which form they are read.

Below a base, which is `/v2/models/{model}` or `/v2/models/{model}/versions/{model_version}`, all of them go the way
to the model's function that its own routes go. KServe's first protocol has a route at the root, too.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from functions.inference.gateway_calls import call_from_event, in_format_2
from sluice.inference.call import PredictionCall
from sluice.inference.wire_form import WireForm

MODEL = "/v2/models/{model}"
VERSION = f"{MODEL}/versions/{{model_version}}"
INVOCATIONS = (f"{VERSION}/invocations", f"{MODEL}/invocations")

V1_MODEL = "/v1/models/{model}"
# Where both the base and the protocol's own path name the model, the second name is the one that counts.
BASE = "/v2/models/{base}"
V1_BASES = (f"{BASE}/versions/{{model_version}}", BASE, "")
V1_PREDICT = tuple(f"{base}{V1_MODEL}:predict" for base in V1_BASES)

_NO_HEADERS: Mapping[str, str] = {}


def other_call(event: Mapping[str, Any], context: Any, *, model: str) -> PredictionCall | None:
    """The call of an event in either format, if its path is one of these; None for every other event."""
    is_format_2 = "rawPath" in event
    method = event["requestContext"]["http"]["method"] if is_format_2 else event.get("httpMethod")
    found = _found(str(event.get("rawPath" if is_format_2 else "path"))) if method == "POST" else None
    if found is None:
        return None
    template, variables = found
    event = event if is_format_2 else in_format_2(event)
    header = (event.get("headers") or _NO_HEADERS).get
    form = invocations_form(header) if template in INVOCATIONS else v1_form()
    call = call_from_event(event, context, model=model, form=form)
    return call._replace(model=variables["model"], model_version=variables.get("model_version"))


def _found(path: str) -> tuple[str, Mapping[str, str]] | None:
    """The template that the path ends like: what a stage or a domain puts before it is none of our business."""
    for template, pattern in _patterns():
        match = pattern.search(path)
        if match is not None:
            return template, match.groupdict()
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((each, _pattern(each)) for each in (*INVOCATIONS, *V1_PREDICT))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", template) + r"\Z")


def invocations_form(header: Callable[[str, str], str]) -> WireForm:
    """The form of POST …/invocations for a request with these headers."""
    from sluice.inference.forms.invocations import INFERENCE_ID, Invocations

    return Invocations(header("content-type", ""), header("accept", ""), header(INFERENCE_ID, ""))


def v1_form() -> WireForm:
    """The form of KServe's first protocol."""
    from sluice.inference.forms.kserve_v1 import KSERVE_V1

    return KSERVE_V1
