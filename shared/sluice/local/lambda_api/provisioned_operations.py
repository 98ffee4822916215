"""The Lambda API's operations on provisioned concurrency: promised first, as on AWS, and ready when asked again."""

from functools import partial
from typing import Any

from werkzeug import Response

from sluice.local.lambda_api.call import ApiCall, json_response
from sluice.local.lambda_api.members import check_members, read_members, required
from sluice.local.lambda_api.rendering import render_page
from sluice.local.lambda_control.function import LATEST
from sluice.local.lambda_control.provisioned_concurrency import provisioned_of, with_provisioned, without_provisioned

_COUNT = "ProvisionedConcurrentExecutions"


def put_provisioned(call: ApiCall) -> Response:
    """PutProvisionedConcurrencyConfig."""
    members = read_members(call.request.get_data())
    check_members(members, frozenset((_COUNT,)))
    count = required(members, _COUNT, int)
    call.functions.change(call.function_name, partial(with_provisioned, qualifier=_qualifier(call), environments=count))
    return json_response(_rendered(count, ready=0), status=202)


def get_or_list_provisioned(call: ApiCall) -> Response:
    """GetProvisionedConcurrencyConfig; with `List=ALL`, ListProvisionedConcurrencyConfigs."""
    function = call.functions.get_function(call.function_name)
    if call.request.args.get("List") != "ALL":
        count = provisioned_of(function, _qualifier(call))
        return json_response(_rendered(count, ready=count))

    def listed(config: tuple[str, int]) -> dict[str, Any]:
        qualifier, count = config
        return {"FunctionArn": f"{function.latest.arn}:{qualifier}", **_rendered(count, ready=count)}

    configs = list(function.provisioned.items())
    return json_response(render_page("ProvisionedConcurrencyConfigs", configs, call.request.args, listed))


def delete_provisioned(call: ApiCall) -> Response:
    """DeleteProvisionedConcurrencyConfig."""
    call.functions.change(call.function_name, partial(without_provisioned, qualifier=_qualifier(call)))
    return Response(status=204)


def _qualifier(call: ApiCall) -> str:
    return call.qualifier or LATEST


def _rendered(count: int, *, ready: int) -> dict[str, Any]:
    return {
        f"Requested{_COUNT}": count,
        f"Allocated{_COUNT}": ready,
        f"Available{_COUNT}": ready,
        "Status": "READY" if ready else "IN_PROGRESS",
    }
