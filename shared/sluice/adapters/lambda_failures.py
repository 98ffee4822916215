"""How AWS Lambda fails, in our errors: once for publishing, once for moving traffic."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, WaiterError

from sluice.errors import AliasRefused, Conflict, StoreUnavailable, UnknownFunction

NOT_FOUND = "ResourceNotFoundException"
_MOVED = frozenset({"PreconditionFailedException", "ResourceConflictException"})
BUSY = frozenset({"TooManyRequestsException", "ServiceException", "ThrottlingException", "InternalFailure"})


@contextmanager
def publishing(name: str) -> Iterator[None]:
    """While the function is read, configured or published."""
    try:
        yield
    except ClientError as error:
        if code_of(error) == NOT_FOUND:
            raise UnknownFunction(f"there is no function {name!r}; deploy it first, then publish") from error
        if code_of(error) in _MOVED:
            raise Conflict(f"{name} was changed while it was being published; publish again: {error}") from error
        raise StoreUnavailable(f"function {name}", str(error)) from error
    except WaiterError as error:
        if NOT_FOUND in str(error):
            raise UnknownFunction(f"there is no function {name!r}; deploy it first, then publish") from error
        raise StoreUnavailable(f"function {name}", str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"function {name}", str(error)) from error


@contextmanager
def shifting(name: str) -> Iterator[None]:
    """While its alias is written: AWS's refusals come through in its own words."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in BUSY:
            raise StoreUnavailable(f"function {name}", str(error)) from error
        raise AliasRefused(code_of(error), error.response["Error"].get("Message", str(error))) from error
    except ParamValidationError as error:
        raise AliasRefused("ParamValidationError", str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"function {name}", str(error)) from error


def code_of(error: ClientError) -> str:
    """AWS's own name for what happened."""
    return error.response["Error"]["Code"]
