"""What a gateway logs of each request: one JSON line, the same words for both kinds of API. No bodies, no tokens."""

import json
from typing import Final

_OF_BOTH: Final = {
    "requestId": "$context.requestId",
    "requestTimeEpoch": "$context.requestTimeEpoch",
    "httpMethod": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "errorType": "$context.error.responseType",
    "authorizerError": "$context.authorizer.error",
    "callerArn": "$context.identity.userArn",
    "callerSubject": "$context.authorizer.claims.sub",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "domainName": "$context.domainName",
}


def http_log_format() -> str:
    """The format of an HTTP API's stage."""
    own = {"routeKey": "$context.routeKey", "integrationError": "$context.integrationErrorMessage"}
    return json.dumps(_OF_BOTH | own)


def rest_log_format() -> str:
    """The format of a REST API's stage; `routeKey` is put together as an HTTP API would write it."""
    own = {
        "routeKey": "$context.httpMethod $context.resourcePath",
        "integrationError": "$context.integration.error",
        "apiKeyId": "$context.identity.apiKeyId",
        "webAclStatus": "$context.waf.status",
    }
    return json.dumps(_OF_BOTH | own)
