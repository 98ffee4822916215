"""What the gateway asks of the Lambda host."""

from typing import NamedTuple, Protocol


class Invocation(NamedTuple):
    """The outcome of one synchronous invocation.

    `function_error` is None, or "Unhandled" (the X-Amz-Function-Error header); then `payload` is the error document.
    """

    payload: bytes
    executed_version: str
    function_error: str | None = None


class FunctionInvoker(Protocol):
    """Lambda's Invoke, RequestResponse only."""

    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        """Run the version that `qualifier` (a version number, "$LATEST" or an alias) resolves to, once.

        If the caller is cancelled, the function goes on to its end, as on Lambda.
        Raises AwsError: ResourceNotFoundException 404, RequestTooLargeException 413 (over 6 MB),
        TooManyRequestsException 429, ServiceException 500.
        """
        ...
