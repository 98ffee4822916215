"""Rollouts of an environment: who answers for them, and what may be asked before traffic moves."""

import re
from dataclasses import dataclass

from infra.declarations.refusal import check

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class RolloutSettings:
    """`hooks` are the Lambda functions that a plan's gates may ask, by their names: no other can be called.

    `reserves_failsafe` keeps one environment of Lambda free for the failsafe, so that it runs although the account's
    concurrency is used up. AWS refuses any reservation to an account that has no more than a hundred in all.
    """

    owner: str = "platform"
    runbook: str = "docs/runbook.md"
    hooks: tuple[str, ...] = ()
    reserves_failsafe: bool = True

    def __post_init__(self) -> None:
        check("owner", self.owner, "who answers for rollouts", holds=bool(self.owner.strip()))
        for hook in self.hooks:
            rule = "a Lambda function's name, not its ARN"
            check("hooks", hook, rule, holds=bool(_FUNCTION_NAME.fullmatch(hook)))
