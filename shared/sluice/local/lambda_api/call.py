"""One request to the Lambda API, as its operations see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from werkzeug import Request, Response

from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.names import split_function_name
from sluice.local.lambda_control.refusals import invalid_value
from sluice.local.lambda_host.invocation import Invocation


@dataclass(frozen=True, slots=True)
class ApiCall:
    """`invoke` blocks until the invocation has ended; `post` only sees to it that it begins."""

    request: Request
    path: Mapping[str, str]
    functions: LambdaFunctions
    invoke: Callable[[str, str, bytes], Invocation]
    post: Callable[[str, str, bytes], object]

    @property
    def function_name(self) -> str:
        """The bare name, whatever form the caller gave. Raises AwsError."""
        return split_function_name(self.path["function_name"])[0]

    @property
    def qualifier(self) -> str | None:
        """From the query or the function's ARN. Raises AwsError if they differ."""
        in_name = split_function_name(self.path["function_name"])[1]
        in_query = self.request.args.get("Qualifier") or None
        if in_name and in_query and in_name != in_query:
            raise invalid_value("The derived qualifier from the function name does not match the specified qualifier.")
        return in_query or in_name


Operation = Callable[[ApiCall], Response]


def json_response(document: dict[str, Any], *, status: int = 200) -> Response:
    """An answer with a JSON body."""
    return Response(orjson.dumps(document), status=status, content_type="application/json")
