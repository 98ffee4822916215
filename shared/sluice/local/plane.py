"""The local plane, assembled: gateway, Lambda host, AWS endpoint, clock and, if wanted, a data directory."""

from collections.abc import Mapping
from contextlib import ExitStack
from socket import socket
from typing import Self

from sluice.catalog.release import LIVE_ALIAS
from sluice.local.aws_endpoint.endpoint import AwsApplications, AwsEndpoint
from sluice.local.aws_endpoint.logs_api import logs_wsgi_app
from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_endpoint.plane_api import PlaneApi
from sluice.local.data_directory import DataDirectory
from sluice.local.deployment import OUTCOMES_DELIVERY
from sluice.local.event_sources.mapping import EventSourceMapping
from sluice.local.event_sources.poller import QueuePoller
from sluice.local.event_sources.sqs_calls import SqsCalls
from sluice.local.gateway.event import GatewayIdentity
from sluice.local.gateway.http_api import Gateway, GatewaySettings
from sluice.local.gateway.model_routes import routes_of
from sluice.local.gateway.server import GatewayServer
from sluice.local.lambda_api.application import lambda_wsgi_app
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.kept_functions import kept_functions
from sluice.local.lambda_host.host import LambdaHost
from sluice.local.lambda_host.log_store import LogStore
from sluice.local.lambda_host.settings import HostSettings
from sluice.local.loop_thread import LoopThread
from sluice.local.movable_clock import MovableClock
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import REGION
from sluice.local.sockets import bound_socket

_ACCOUNT_ID = "000000000000"
# A name that only AWS resolves, or an address that only EC2 answers, would cost seconds and tell nothing.
_STAY_HERE = {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled", "AWS_EC2_METADATA_DISABLED": "true"}


class Plane:
    """A running plane. `stop`, or leaving its `with` block, ends every process and closes every socket of it."""

    gateway_url: str
    aws_url: str
    functions: LambdaFunctions
    host: LambdaHost

    def __init__(self, settings: PlaneSettings) -> None:
        self.clock = MovableClock()
        self.log_store = LogStore(clock=self.clock)
        self._names = settings.names
        # A failure half way through undoes what was done, last first; success keeps it for `stop`.
        with ExitStack() as undo:
            self._assemble(settings, undo)
            self._undo = undo.pop_all()

    def environment(self) -> Mapping[str, str]:
        """The variables that point boto3, the `sluice` command and our functions at this plane."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            **_STAY_HERE,
            "SLUICE_AWS_ENDPOINT_URL": self.aws_url,
            "SLUICE_GATEWAY_URL": self.gateway_url,
            "SLUICE_REGISTRY_TABLE": self._names.registry_table,
            "SLUICE_EXPERIMENTS_TABLE": self._names.experiments_table,
            "SLUICE_UNITS_TABLE": self._names.units_table,
            "SLUICE_ROLLOUTS_TABLE": self._names.rollouts_table,
            "SLUICE_LEDGER_TABLE": self._names.ledger_table,
            "SLUICE_LEDGER_BUCKET": self._names.ledger_bucket,
            "SLUICE_ARTEFACTS_BUCKET": self._names.artefacts_bucket,
            "SLUICE_RECORDS_BUCKET": self._names.records_bucket,
        }

    def stop(self) -> None:
        """Stop; a second call does nothing."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _assemble(self, settings: PlaneSettings, undo: ExitStack) -> None:
        gateway_socket, aws_socket = _listen(settings.gateway_port, undo), _listen(settings.aws_port, undo)
        self.gateway_url, self.aws_url = _url(gateway_socket), _url(aws_socket)
        store = _open_store(settings, undo)
        self.functions = kept_functions(store, region=REGION, account_id=_ACCOUNT_ID, clock=self.clock)
        journal = store.journal if store else None
        moto = MotoApplication(
            account_id=_ACCOUNT_ID, journal=journal, clock=self.clock, endpoint_url=self.aws_url
        ).start()
        undo.callback(moto.stop)
        loop = LoopThread()
        undo.callback(loop.stop)
        self.host = self._make_host(settings)
        self._start_aws(moto, aws_socket, loop=loop, undo=undo)
        undo.callback(lambda: loop.run(self.host.stop()))
        loop.run(self.host.start())
        self._start_event_sources(moto, loop=loop, undo=undo)
        self._start_gateway(settings, gateway_socket, loop=loop, undo=undo)
        undo.callback(moto.end_executions)
        moto.begin_executions()

    def _make_host(self, settings: PlaneSettings) -> LambdaHost:
        host_settings = HostSettings(
            scale_out=settings.scale_out,
            variables={"AWS_ENDPOINT_URL": self.aws_url, **_STAY_HERE},
            handler_factory=settings.handler_factory,
            handlers_on_loop=settings.handlers_on_loop,
        )
        return LambdaHost(
            self.functions, seed=settings.seed, settings=host_settings, log_store=self.log_store, clock=self.clock
        )

    def _start_aws(self, moto: MotoApplication, listener: socket, *, loop: LoopThread, undo: ExitStack) -> None:
        functions = lambda_wsgi_app(self.functions, self.host, loop.loop)
        applications = AwsApplications(functions, logs_wsgi_app(self.log_store), moto, PlaneApi(self.clock))
        endpoint = AwsEndpoint(applications, listener)
        undo.callback(endpoint.stop)
        undo.callback(moto.end_waiting)
        endpoint.start()

    def _start_event_sources(self, moto: MotoApplication, *, loop: LoopThread, undo: ExitStack) -> None:
        mapping = EventSourceMapping(self._names.outcomes_queue, OUTCOMES_DELIVERY, LIVE_ALIAS)
        sqs = SqsCalls(moto, region=REGION, account_id=_ACCOUNT_ID)
        poller = QueuePoller(mapping, sqs=sqs, invoker=self.host, is_live=lambda: self._is_live(OUTCOMES_DELIVERY))
        undo.callback(lambda: loop.run(poller.stop()))
        loop.run(poller.start())

    def _is_live(self, function_name: str) -> bool:
        return any(it.name == function_name and LIVE_ALIAS in it.aliases for it in self.functions.list_functions())

    def _start_gateway(self, settings: PlaneSettings, listener: socket, *, loop: LoopThread, undo: ExitStack) -> None:
        gateway = Gateway(
            self.host,
            clock=self.clock,
            routes=routes_of(self.functions.list_functions()),
            settings=GatewaySettings(
                identity=GatewayIdentity(account_id=_ACCOUNT_ID, port=listener.getsockname()[1]),
                throttle=settings.throttle,
            ),
        )
        undo.callback(self.functions.subscribe(lambda: gateway.use_routes(routes_of(self.functions.list_functions()))))
        server = GatewayServer(gateway, listener)
        undo.callback(lambda: loop.run(server.stop()))
        loop.run(server.start())


def start_plane(settings: PlaneSettings | None = None) -> Plane:
    """A plane that answers when this returns.

    Raises PortTaken, DataDirectoryTaken, MotoOccupied, JournalCorrupt, FunctionsUnreadable; then nothing of it is
    left running or open.
    """
    return Plane(settings or PlaneSettings())


def _listen(port: int, undo: ExitStack) -> socket:
    listener = bound_socket(port)
    undo.callback(listener.close)
    return listener


def _url(listener: socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _open_store(settings: PlaneSettings, undo: ExitStack) -> DataDirectory | None:
    if settings.data_dir is None:
        return None
    store = DataDirectory(settings.data_dir, fsync=settings.fsync)
    undo.callback(store.close)
    return store
