"""moto behind one lock: the services that the local plane offers, one request at a time.

moto's backends check and then act without locks of their own, so two conditional writes at once could both win;
the lock makes each request atomic, as DynamoDB and S3 do. moto's state belongs to the process, not to an object:
one local plane per process, and a fresh one starts empty.
"""

import logging
import threading
from contextlib import ExitStack
from typing import Self

from sluice.errors import Conflict, StoreUnavailable
from sluice.local.aws_endpoint.answer import WsgiAnswer, WsgiApp, refusal, run_whole
from sluice.local.aws_endpoint.journal import Journal
from sluice.local.aws_endpoint.moto_executions import MotoExecutions
from sluice.local.aws_endpoint.moto_journal import MotoJournal
from sluice.local.aws_endpoint.moto_queues import is_receive, receive
from sluice.local.aws_endpoint.moto_time import MotoTime
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError
from sluice.local.movable_clock import MovableClock

_LOGGER = logging.getLogger(__name__)
OFFERED_SERVICES = ("dynamodb", "s3", "sqs", "states", "sts")
_occupied = threading.Lock()


class MotoOccupied(Conflict):
    """This process already runs a local plane."""

    def __init__(self) -> None:
        super().__init__("this process already runs a local plane; moto keeps one state per process")


class MotoApplication:
    """Answers AWS requests with moto; with a journal, every acknowledged change outlives the process.

    `clock` is what messages in queues become visible by, and what state machines wait for; their tasks call the AWS
    endpoint at `endpoint_url`, once `begin_executions` says that it is there.
    """

    def __init__(
        self,
        *,
        account_id: str,
        journal: Journal | None = None,
        clock: MovableClock | None = None,
        endpoint_url: str = "",
    ) -> None:
        self._account_id = account_id
        clock = clock or MovableClock()
        self._time = MotoTime(clock)
        self._executions = MotoExecutions(clock, endpoint_url)
        self._journal = MotoJournal(journal, self._time) if journal else None
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._undo = ExitStack()
        self._moto: WsgiApp | None = None

    def start(self) -> Self:
        """Load moto, empty it and replay the journal. Raises MotoOccupied, JournalCorrupt."""
        if not _occupied.acquire(blocking=False):
            raise MotoOccupied
        with ExitStack() as undo:
            undo.callback(_occupied.release)
            moto = self._executions.around(_load())
            undo.callback(self._executions.close)
            undo.enter_context(self._time.given_to_moto())
            if self._journal is not None:
                self._journal.replay(moto)
            self._undo = undo.pop_all()
        self._moto = moto
        return self

    def begin_executions(self) -> None:
        """Let the tasks of state machines call the endpoint."""
        self._executions.open()

    def end_executions(self) -> None:
        """Stop what state machines are doing."""
        self._executions.end()

    def end_waiting(self) -> None:
        """Let nobody wait for messages any more."""
        self._ending.set()

    def stop(self) -> None:
        """Let another plane of this process have moto; nothing may be answered after it."""
        self._moto = None
        self._undo.close()

    def answer(self, request: AwsRequest) -> WsgiAnswer:
        """The service's answer, or an AWS error for what is not offered or failed. Thread-safe."""
        try:
            return self._answer(request)
        except AwsError as error:
            return refusal(error, request)

    def _answer(self, request: AwsRequest) -> WsgiAnswer:
        # moto's own control interface would empty or seed the state behind the journal's back.
        if request.service not in OFFERED_SERVICES or request.environ["PATH_INFO"].startswith("/moto-api"):
            offered = ", ".join(OFFERED_SERVICES)
            message = f"the local plane does not offer {request.service!r} here; of moto it offers {offered}"
            raise AwsError("NotImplemented", 501, message)
        if request.service == "sqs" and not request.operation:
            raise AwsError(
                "NotImplemented", 501, "the local plane speaks the JSON protocol of SQS, not its query protocol"
            )
        request.environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account_id
        return receive(request, self._alone, self._ending) if is_receive(request) else self._alone(request)

    def _alone(self, request: AwsRequest) -> WsgiAnswer:
        with self._lock:
            return self._apply(request)

    def _apply(self, request: AwsRequest) -> WsgiAnswer:
        if self._moto is None:
            raise AwsError("ServiceUnavailable", 503, "the local plane is stopping")
        try:
            if self._journal is None or not request.changes_state:
                return run_whole(self._moto, request)
            return self._journal.apply(self._moto, request)
        except StoreUnavailable as error:
            raise AwsError("ServiceUnavailable", 503, str(error)) from error
        except Exception as error:
            # The outermost boundary: moto raises whatever its Python does on input it does not understand.
            _LOGGER.exception("moto failed on %s %s", request.environ["REQUEST_METHOD"], request.environ["PATH_INFO"])
            raise AwsError("InternalFailure", 500, f"moto failed: {error!r}") from error


def _load() -> WsgiApp:
    # Takes more than a second: only who starts a plane pays for it.
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    BackendDict.reset()
    reset_model_data()
    application: WsgiApp = DomainDispatcherApplication(create_backend_app)
    return application
