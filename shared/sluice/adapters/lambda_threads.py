"""How many threads a model has to itself on Lambda, which gives processors by memory."""

import os
from collections.abc import Mapping

MB_PER_PROCESSOR = 1_769
"""So much memory is one whole processor. Source: "Configure Lambda function memory", AWS Lambda developer guide."""


def threads_by_memory(environment: Mapping[str, str] = os.environ) -> int:
    """Whole processors of this function, at least one; one outside Lambda.

    A thread more than there are processors waits for its time, and all others for it.
    """
    memory_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return max(1, int(memory_mb) // MB_PER_PROCESSOR) if memory_mb.isdecimal() else 1
