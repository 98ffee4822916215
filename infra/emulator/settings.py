"""What every process beside the emulator must know to reach it, and nothing that could reach an account."""

from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "000000000000"
_ROOT_KEY = "test"  # the emulator's own name for its root user


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """`port` on loopback; `folder` holds the certificate, the log and everything the emulator writes."""

    port: int
    folder: Path
    region: str

    @property
    def endpoint_url(self) -> str:
        """Where all of its services answer."""
        return f"https://localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        """The authority that signed its certificate, as PEM."""
        return self.folder / "authority.pem"

    def client_environment(self) -> dict[str, str]:
        """Variables for a client: this endpoint, its root user, its certificate."""
        authority = str(self.certificate)
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": _ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CA_BUNDLE": authority,
            "NODE_EXTRA_CA_CERTS": authority,
            "SSL_CERT_FILE": authority,
        }
