"""Credentials and trust: TLS, a client certificate, an API key or a bearer token."""

import dataclasses
import os
import pathlib
from typing import List, Optional, Tuple

import grpc


@dataclasses.dataclass(frozen=True)
class Access:
    """What a service is shown, and whom the client trusts.

    api_key, token: sent with every call. ca: PEM file of the authorities that the service's certificate may come from; without,
    those of the machine. certificate, key: PEM files of the client's certificate and its private key.
    """

    api_key: Optional[str] = None
    token: Optional[str] = None
    ca: Optional[str] = None
    certificate: Optional[str] = None
    key: Optional[str] = None

    @staticmethod
    def from_environment() -> "Access":
        """UAAGAN_API_KEY, UAAGAN_TOKEN, and the files UAAGAN_CA, UAAGAN_CERTIFICATE, UAAGAN_KEY."""
        values = (os.environ.get(f"UAAGAN_{name}") or None for name in ("API_KEY", "TOKEN", "CA", "CERTIFICATE", "KEY"))
        return Access(*values)

    def credentials(self) -> grpc.ChannelCredentials:
        """The credentials of a TLS channel."""
        return grpc.ssl_channel_credentials(_read(self.ca), _read(self.key), _read(self.certificate))

    def metadata(self) -> List[Tuple[str, str]]:
        """The metadata of a call."""
        pairs = [("x-api-key", self.api_key), ("authorization", self.token and f"Bearer {self.token}")]
        return [(name, value) for name, value in pairs if value]

    def channel(self, target: str) -> grpc.Channel:
        """A channel to host:port that shows all of it, over TLS when a file of this access or https:// asks for it.

        Raises ValueError where a key or token would go over the network in the clear.
        """
        scheme, colon, rest = target.partition("://")
        target = rest if colon else target
        if (colon and scheme == "https") or self.ca or self.certificate:
            channel = grpc.secure_channel(target, self.credentials())
        else:
            if self.metadata() and target.rpartition(":")[0] not in ("localhost", "127.0.0.1", "[::1]"):
                raise ValueError(f"the API key or token would go to {target} in the clear; use https://{target}")
            channel = grpc.insecure_channel(target)
        return grpc.intercept_channel(channel, _Metadata(self.metadata())) if self.metadata() else channel


def _read(file: Optional[str]) -> Optional[bytes]:
    return pathlib.Path(file).read_bytes() if file else None


class _Metadata(
    grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor, grpc.StreamStreamClientInterceptor
):
    """Adds metadata to every call."""

    def __init__(self, metadata):
        self._metadata = metadata

    def _call(self, continuation, details, request):
        return continuation(_Details(details, self._metadata), request)

    intercept_unary_unary = intercept_unary_stream = intercept_stream_unary = intercept_stream_stream = _call


class _Details(grpc.ClientCallDetails):
    def __init__(self, given, metadata):
        for name in ("method", "timeout", "credentials", "wait_for_ready", "compression"):
            setattr(self, name, getattr(given, name, None))
        self.metadata = [*(given.metadata or ()), *metadata]
