"""The Lambda API's operations on aliases."""

from collections.abc import Mapping
from typing import Any

from werkzeug import Response

from sluice.local.lambda_api.call import ApiCall, json_response
from sluice.local.lambda_api.members import check_members, optional, read_members, required
from sluice.local.lambda_api.rendering import render_alias, render_page
from sluice.local.lambda_control.alias_changes import AliasWrite
from sluice.local.lambda_control.function import Alias

_WRITE = frozenset(("FunctionVersion", "Description", "RoutingConfig"))


def create_alias(call: ApiCall) -> Response:
    """CreateAlias."""
    members = read_members(call.request.get_data())
    check_members(members, _WRITE | {"Name"})
    required(members, "FunctionVersion", str)
    alias = call.functions.create_alias(call.function_name, required(members, "Name", str), _write_of(members))
    return json_response(_rendered(call, alias), status=201)


def get_alias(call: ApiCall) -> Response:
    """GetAlias."""
    return json_response(_rendered(call, call.functions.get_alias(call.function_name, call.path["alias"])))


def list_aliases(call: ApiCall) -> Response:
    """ListAliases, all or those of one FunctionVersion."""
    aliases = call.functions.list_aliases(call.function_name, call.request.args.get("FunctionVersion"))
    return json_response(render_page("Aliases", aliases, call.request.args, lambda alias: _rendered(call, alias)))


def update_alias(call: ApiCall) -> Response:
    """UpdateAlias."""
    members = read_members(call.request.get_data())
    check_members(members, _WRITE | {"RevisionId"})
    alias = call.functions.update_alias(call.function_name, call.path["alias"], _write_of(members))
    return json_response(_rendered(call, alias))


def delete_alias(call: ApiCall) -> Response:
    """DeleteAlias."""
    call.functions.delete_alias(call.function_name, call.path["alias"])
    return Response(status=204)


def _write_of(members: Mapping[str, Any]) -> AliasWrite:
    return AliasWrite(
        function_version=optional(members, "FunctionVersion", str),
        weights=_weights(members),
        description=optional(members, "Description", str),
        revision_id=optional(members, "RevisionId", str),
    )


def _weights(members: Mapping[str, Any]) -> Mapping[str, float] | None:
    routing = optional(members, "RoutingConfig", dict)
    if routing is None:
        return None
    check_members(routing, frozenset(("AdditionalVersionWeights",)))
    weights: dict[str, Any] = optional(routing, "AdditionalVersionWeights", dict) or {}
    return {function_version: required(weights, function_version, float) for function_version in weights}


def _rendered(call: ApiCall, alias: Alias) -> dict[str, Any]:
    return render_alias(alias, call.functions.account.function_arn(call.function_name))
