"""The emulator's process: started with a certificate of its own, ready when it answers, ended with the block."""

import os
import signal
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import trustme

from infra.emulator.settings import ACCOUNT, EmulatorSettings

_LAUNCH = Path(__file__).with_name("launch.py")
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class EmulatorFailed(Exception):
    """It ended, or did not answer in time; the message shows the end of its log."""


@contextmanager
def running_emulator(interpreter: Path, settings: EmulatorSettings) -> Iterator[None]:
    """Run it under `interpreter`, which is also the one that its Lambda functions run under. Raises EmulatorFailed."""
    _write_certificates(settings)
    log_path = settings.folder / "emulator.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [str(interpreter), str(_LAUNCH)],
            env=_environment(settings),
            cwd=settings.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, settings, log_path)
        yield
    finally:
        _stop(process)


def _environment(settings: EmulatorSettings) -> dict[str, str]:
    """Loopback only, TLS, IAM enforced. It hands the client's variables on to the functions that it runs."""
    temporary = settings.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(settings.folder),
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(settings.port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": settings.region,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(settings.folder / "certificate.pem"),
        "MINISTACK_SSL_KEY": str(settings.folder / "key.pem"),
        **settings.client_environment(),
    }


def _write_certificates(settings: EmulatorSettings) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "*.localhost", "*.execute-api.localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(settings.certificate)
    issued.private_key_pem.write_to_path(settings.folder / "key.pem")
    (settings.folder / "certificate.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))


def _wait_until_ready(process: subprocess.Popen[bytes], settings: EmulatorSettings, log_path: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(settings):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EmulatorFailed(f"the emulator did not start:\n{log_path.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _answers(settings: EmulatorSettings) -> bool:
    trust = ssl.create_default_context(cafile=settings.certificate)
    try:
        with urllib.request.urlopen(f"{settings.endpoint_url}/_ministack/health", timeout=2, context=trust):  # noqa: S310
            return True
    except (URLError, OSError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its functions are its children: the whole group goes."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(timeout=_STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
