"""What the forms of rows share: reading which member holds the rows, and decoding what they were turned into."""

from collections.abc import Mapping
from typing import Any

from sluice.errors import MalformedBody
from sluice.inference.forms.row_tensors import Tensors
from sluice.inference.request_decoder import Envelope
from sluice.inference.served_release import ServedVersion
from sluice.inference.shown import shown_names
from sluice.inference.tensors import InferenceRequest


def the_one_of(names: tuple[str, ...], members: Mapping[str, Any]) -> str:
    """The name that a body has. Raises MalformedBody for none, and for more than one."""
    found = [name for name in names if name in members]
    if len(found) != 1:
        has = f"has {shown_names(found)}" if found else "has none of them"
        raise MalformedBody(f"the body must have exactly one of the members {', '.join(names)}; it {has}")
    return found[0]


def decoded(
    in_v2: Envelope, envelope: Envelope, version: ServedVersion, *, fallback_id: str, layout: str
) -> InferenceRequest:
    """The request that `in_v2` writes in the protocol v2: for all outputs, as JSON, with the parameters of `envelope`.

    Raises InvalidTensor, InvalidRequest.
    """
    request = version.decoder.decode(in_v2, fallback_id=fallback_id)
    return request._replace(parameters=envelope.parameters, layout=layout)


def envelope_of_tensors(tensors: Tensors) -> Envelope:
    """A request of the protocol v2 for these inputs."""
    return Envelope({"inputs": tensors}, {})
