"""Runs under the emulator's interpreter: start it with the names that AWS gives to some actions.

The emulator checks a call on one alias as `lambda:ListAliases`, and a call on provisioned concurrency as one on the
function's code. AWS checks `lambda:GetAlias` and so on, and our policies grant those. It checks a batch of messages as
`sqs:SendMessageBatch`, which is no action of AWS's: there it is `sqs:SendMessage`, as for one message.
"""

import runpy
from collections.abc import Callable, Mapping

from ministack.core import iam_actions

_ON_ONE_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}
_ON_PROVISIONED_CONCURRENCY = {
    "GET": "GetProvisionedConcurrencyConfig",
    "PUT": "PutProvisionedConcurrencyConfig",
    "DELETE": "DeleteProvisionedConcurrencyConfig",
}


_OF_A_BATCH = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}


def of_one_message(action_of: Callable[[Mapping[str, str]], str | None]) -> Callable[[Mapping[str, str]], str | None]:
    """`action_of` the headers, where a batch is what each of its messages is."""

    def action(headers: Mapping[str, str]) -> str | None:
        found = action_of(headers)
        return _OF_A_BATCH.get(found, found) if found else None

    return action


def corrected(action_of: Callable[[str, str], str | None]) -> Callable[[str, str], str | None]:
    """`action_of` a method and a path, with AWS's names where it has others."""

    def action(method: str, path: str) -> str | None:
        parts = [part for part in path.split("/") if part]
        if "functions" not in parts:
            return action_of(method, path)
        below = parts[parts.index("functions") + 2 :]
        if below[:1] == ["aliases"] and len(below) == 2:
            return _ON_ONE_ALIAS.get(method)
        if below[:1] == ["provisioned-concurrency"]:
            return _ON_PROVISIONED_CONCURRENCY.get(method)
        return action_of(method, path)

    return action


if __name__ == "__main__":
    iam_actions._lambda_action = corrected(iam_actions._lambda_action)  # noqa: SLF001 - it has no other door
    iam_actions._action_from_target = of_one_message(iam_actions._action_from_target)  # noqa: SLF001 - the same
    runpy.run_module("ministack", run_name="__main__")
