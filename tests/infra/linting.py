"""The linter over a template; its rules are read once per region, which takes as long as a small template."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.runner import Runner

# CDK writes a DependsOn that a reference implies already.
_OF_THE_CDK = "W3005"


@cache
def _runner(region: str) -> Runner:
    return Runner(ConfigMixIn(regions=[region], ignore_checks=[_OF_THE_CDK]))


def findings_in(template: Mapping[str, Any], region: str) -> list[str]:
    """What the linter finds in a template that is deployed to a region."""
    decoded, unreadable = decode_str(json.dumps(template))
    found = unreadable or list(_runner(region).validate_template(decoded))
    return [f"{each.rule.id} {each.message}" for each in found]
