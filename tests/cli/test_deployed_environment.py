"""Commands on a deployed environment: where its stacks say it is, and signed as its gateway wants it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.stub import Stubber

from sluice.cli.gateway_auth import gateway_auth_of
from sluice.cli.gateway_client import GatewayClient
from sluice.cli.stack_outputs import StackOutputs
from sluice.cli.target import TargetKind, target_of
from sluice.errors import Conflict, InvalidRequest, NotFound

CREDENTIALS = Credentials("AKIDEXAMPLE", "secret", "session-token")
OUTPUTS = [{"OutputKey": "RegistryTable", "OutputValue": "table-1"}]


class Session:
    region_name = "eu-central-1"

    def get_credentials(self) -> Credentials:
        return CREDENTIALS


class Nobody(Session):
    def get_credentials(self) -> Any:
        return None


@dataclass
class Gateway:
    """Takes signed requests, and signs them again by botocore's own hand to see whether they agree."""

    url: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)

    def agrees(self, handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(headers)
        signed = headers.get("authorization", "")
        if "SignedHeaders=" not in signed:
            return False
        names = signed.split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest(
            handler.command, f"http://{headers['host']}{handler.path}", {name: headers[name] for name in names}, body
        )
        request.context["timestamp"] = headers["x-amz-date"]
        signer = SigV4Auth(CREDENTIALS, "execute-api", "eu-central-1")
        expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return signed.endswith(f"Signature={expected}")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = b'{"outputs":[]}' if found.agrees(self, body) else b'{"message":"Forbidden"}'
            self.send_response(200 if b"outputs" in answer else 403)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/stage"
    yield found
    server.shutdown()
    server.server_close()


def client_of(gateway: Gateway, kind: str, session: Any = Session, **environment: str) -> GatewayClient:
    auth = gateway_auth_of(kind, session=session, environment=environment)
    return GatewayClient(gateway.url, through_proxy=False, auth=auth)


def outputs_of(environment: str, *answers: Any) -> StackOutputs:
    client = boto3.client(
        "cloudformation", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    stub = Stubber(client)
    for stack, answer in answers:
        if answer is None:
            stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {stack} does not exist")
        else:
            found = {"StackName": stack, "StackStatus": "CREATE_COMPLETE", "CreationTime": 0, "Outputs": answer}
            stub.add_response("describe_stacks", {"Stacks": [found]}, {"StackName": stack})
    stub.activate()
    return StackOutputs(environment, lambda: client)


def test_a_signed_request_is_the_one_that_botocore_would_have_signed(gateway: Gateway) -> None:
    answer = client_of(gateway, "iam").infer("breast-cancer", 1, {"inputs": [{"data": [1.5, "é"]}]})

    assert answer == {"outputs": []}
    assert gateway.seen[0]["x-amz-security-token"] == "session-token"


def test_a_gateway_that_wants_a_token_gets_it(gateway: Gateway) -> None:
    with pytest.raises(Conflict):
        client_of(gateway, "jwt", SLUICE_GATEWAY_TOKEN="t0k3n").infer("m", None, {})

    assert gateway.seen[0]["authorization"] == "Bearer t0k3n"


def test_a_refusal_says_that_it_is_about_who_asked(gateway: Gateway) -> None:
    with pytest.raises(Conflict, match=r"refused who asked \(403\): Forbidden"):
        client_of(gateway, "none").infer("m", None, {})


def test_a_token_that_nobody_gave_is_asked_for() -> None:
    with pytest.raises(InvalidRequest, match="SLUICE_GATEWAY_TOKEN"):
        gateway_auth_of("cognito", session=Session, environment={})


def test_without_credentials_nothing_is_sent(gateway: Gateway) -> None:
    with pytest.raises(InvalidRequest, match="credentials"):
        client_of(gateway, "iam", Nobody).infer("m", None, {})

    assert gateway.seen == []


def test_another_kind_of_gateway_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="none, iam, jwt, cognito"):
        gateway_auth_of("basic", session=Session, environment={})


def test_no_authorization_is_sent_where_none_is_wanted() -> None:
    assert gateway_auth_of("none", session=Session, environment={}) is None
    assert isinstance(gateway_auth_of("iam", session=Session, environment={}), httpx.Auth)


def test_an_environment_is_found_in_its_stacks_which_are_asked_once() -> None:
    outputs = outputs_of("prod", ("sluice-prod-data", OUTPUTS))

    assert [outputs.address("registry_table") for _ in range(2)] == ["table-1", "table-1"]


def test_a_stack_that_is_not_there_says_how_to_make_it() -> None:
    with pytest.raises(NotFound, match="make deploy ENV=prod"):
        outputs_of("prod", ("sluice-prod-data", None)).address("registry_table")


def test_an_older_stack_without_an_output_says_what_to_do() -> None:
    with pytest.raises(NotFound, match="has no output ArtefactsBucket; deploy it again"):
        outputs_of("prod", ("sluice-prod-data", OUTPUTS)).address("artefacts_bucket")


def test_without_an_environment_the_address_must_be_given() -> None:
    with pytest.raises(InvalidRequest, match=r"--env, or set SLUICE_GATEWAY_URL"):
        outputs_of("").address("gateway_url")


def test_who_names_an_environment_means_aws() -> None:
    assert target_of(None, {"environment": "prod"}, {}).kind is TargetKind.AWS
    assert target_of(None, {}, {"SLUICE_ENV": "prod"}).kind is TargetKind.AWS
    assert target_of(None, {}, {}).kind is TargetKind.LOCAL
    assert target_of(TargetKind.LOCAL, {}, {"SLUICE_ENV": "prod"}).is_local


def test_what_only_the_first_region_has_is_known_by_its_stack() -> None:
    told = [{"OutputKey": "LedgerTable", "OutputValue": "ledger"}]

    assert outputs_of("prod", ("sluice-prod-data", told)).has("ledger_table")
    assert not outputs_of("prod", ("sluice-prod-data", [])).has("ledger_table")
