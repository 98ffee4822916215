"""Reads requests strictly: every member that is not known, missing or of another type is named."""

import re

from fastapi import Request

from functions.control.caller import caller_of
from sluice.catalog.strict_json import parse_json
from sluice.errors import InvalidRequest, MalformedBody
from sluice.experiments.document_fields import Fields
from sluice.usecases.definition_change import Change

_REVISION = re.compile(r'"?([1-9][0-9]{0,8})"?')


async def body_of(request: Request, *known: str) -> Fields:
    """The members of the body. Raises MalformedBody, InvalidDefinition."""
    content = await request.body()
    try:
        document = parse_json(content) if content else {}
    except ValueError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error
    return Fields("the body", document, known=known)


async def change_of(request: Request, *known: str) -> tuple[Fields, Change]:
    """The members of the body, and with `why` and the headers who changes what, and which revision they have seen."""
    body = await body_of(request, *known, "why")
    return body, Change(caller_of(request), body.required("why", str), _expected_revision(request))


def query_of(request: Request, *known: str) -> dict[str, str]:
    """The query's parameters. Raises InvalidRequest for one that is not known, or that stands twice."""
    given = request.query_params
    Fields("the query", dict(given), known=known)
    if len(given.multi_items()) > len(given):
        raise InvalidRequest("the query: a parameter stands twice")
    return dict(given)


def _expected_revision(request: Request) -> int | None:
    """`If-Match: "3"` expects revision 3, `If-None-Match: *` that there is none."""
    if request.headers.get("if-none-match") == "*":
        return 0
    given = request.headers.get("if-match", "*")
    if given == "*":
        return None
    found = _REVISION.fullmatch(given)
    if found is None:
        raise InvalidRequest(f'If-Match: found {given!r}, allowed: a revision in quotes, as in "3", or *')
    return int(found[1])
