"""Credentials and trust: TLS, a client certificate, an API key or a bearer token."""

import dataclasses
import os
import pathlib
from typing import List, Optional, Sequence, Tuple

import grpc


@dataclasses.dataclass(frozen=True)
class Access:
    """What a service is shown, and whom the client trusts.

    api_key, token: sent with every call. ca: PEM file of the authorities that the service's certificate may come from; without,
    those of the machine. certificate, key: PEM files of the client's certificate and its private key. tls: whether the connection
    is encrypted; a ca or a certificate says so too.
    """

    api_key: Optional[str] = None
    token: Optional[str] = None
    ca: Optional[str] = None
    certificate: Optional[str] = None
    key: Optional[str] = None
    tls: bool = False

    @staticmethod
    def from_environment() -> "Access":
        """UAAGAN_API_KEY, UAAGAN_TOKEN, the files UAAGAN_CA, UAAGAN_CERTIFICATE, UAAGAN_KEY, and UAAGAN_TLS=1."""
        def value(name: str) -> Optional[str]:
            return os.environ.get(f"UAAGAN_{name}") or None

        return Access(value("API_KEY"), value("TOKEN"), value("CA"), value("CERTIFICATE"), value("KEY"), value("TLS") == "1")

    def credentials(self) -> Optional[grpc.ChannelCredentials]:
        """The credentials of a TLS channel; None where neither a file nor tls asks for TLS."""
        if not (self.tls or self.ca or self.certificate):
            return None
        return grpc.ssl_channel_credentials(_read(self.ca), _read(self.key), _read(self.certificate))

    def metadata(self) -> List[Tuple[str, str]]:
        """The metadata of a call."""
        pairs = [("x-api-key", self.api_key), ("authorization", self.token and f"Bearer {self.token}")]
        return [(name, value) for name, value in pairs if value]

    def check(self, targets: Sequence[str]) -> None:
        """Raises ValueError where a key or token would go over the network in the clear."""
        if not self.metadata() or self.tls or self.ca or self.certificate:
            return
        for target in targets:
            if target.rpartition(":")[0] not in ("localhost", "127.0.0.1", "[::1]"):
                raise ValueError(f"the API key or token would go to {target} in the clear; give Access(tls=True) or an authority's file")


def _read(file: Optional[str]) -> Optional[bytes]:
    return pathlib.Path(file).read_bytes() if file else None
