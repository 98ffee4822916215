"""What AWS Lambda says when it refuses, word for word where the words are known."""

from sluice.local.aws_errors import AwsError


class TooManyRequests(AwsError):
    """Throttled at the function's scale-out limit; `reason` is the error's own Reason field."""

    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", 429, "Rate Exceeded.")


def function_not_found(arn: str) -> AwsError:
    """No such function, version, or alias to run."""
    return AwsError("ResourceNotFoundException", 404, f"Function not found: {arn}")


def alias_not_found(arn: str) -> AwsError:
    """No such alias to read or change."""
    return AwsError("ResourceNotFoundException", 404, f"Cannot find alias arn: {arn}")


def conflict(message: str) -> AwsError:
    """The present state forbids it."""
    return AwsError("ResourceConflictException", 409, message)


def invalid_value(message: str) -> AwsError:
    """A parameter that is well formed and still wrong."""
    return AwsError("InvalidParameterValueException", 400, message)


def broken_constraint(value: object, field: str, constraint: str) -> AwsError:
    """A parameter that breaks the API model: pattern, range or length."""
    message = f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {constraint}"
    return AwsError("ValidationException", 400, message)


def stale_revision() -> AwsError:
    """Someone else wrote since the caller read."""
    return AwsError(
        "PreconditionFailedException",
        412,
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    )


def request_too_large(limit_bytes: int) -> AwsError:
    """An invocation's payload over the limit of its type."""
    message = f"Request must be smaller than {limit_bytes} bytes for the InvokeFunction operation"
    return AwsError("RequestTooLargeException", 413, message)


def service_failure(message: str) -> AwsError:
    """The service itself cannot carry the request out."""
    return AwsError("ServiceException", 500, message)
