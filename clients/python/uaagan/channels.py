"""Channels: replicas balanced by the client, connections that notice a dead peer, TLS and metadata when given."""

import ipaddress
import json
import socket
from typing import List, Optional, Sequence, Tuple, Union

import grpc

from uaagan.access import Access

Target = Union[str, Sequence[str]]
"""host:port, of which every address that the name has is a replica; or a list of them."""

Metadata = Sequence[Tuple[str, Union[str, bytes]]]

_OPTIONS: List[Tuple[str, Union[str, int]]] = [
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
    # Room for a raw image of 80 megapixels.
    ("grpc.max_receive_message_length", 256 << 20),
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # A name is asked again when a replica is lost, so that new ones are found.
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
]


def open_channel(target: Target, access: Access) -> grpc.Channel:
    """A channel that spreads calls over all replicas."""
    access.check(hosts(target))
    credentials = access.credentials()
    if credentials is None:
        return grpc.insecure_channel(address(target), options(target))
    return grpc.secure_channel(address(target), credentials, options(target))


def open_async_channel(target: Target, access: Access) -> grpc.aio.Channel:
    """The same for the event loop that runs."""
    access.check(hosts(target))
    credentials = access.credentials()
    if credentials is None:
        return grpc.aio.insecure_channel(address(target), options(target))
    return grpc.aio.secure_channel(address(target), credentials, options(target))


def hosts(target: Target) -> Sequence[str]:
    """A target's host:port, one or more."""
    return [target] if isinstance(target, str) else target


def options(target: Target) -> List[Tuple[str, Union[str, int]]]:
    """A channel's options."""
    # A list would become the authority of every call, which servers refuse as no host.
    return _OPTIONS if isinstance(target, str) else [*_OPTIONS, ("grpc.default_authority", target[0])]


def address(target: Target) -> str:
    """gRPC's spelling of a target."""
    if isinstance(target, str):
        return target
    if not target:
        raise ValueError("there is no target; give at least one host:port")
    resolved = [_resolve(one) for one in target]
    family = "ipv6" if all(one.startswith("[") for one in resolved) else "ipv4"
    if family == "ipv4" and any(one.startswith("[") for one in resolved):
        raise ValueError(f"IPv4 and IPv6 addresses are mixed in {list(target)}; give one kind")
    return f"{family}:{','.join(resolved)}"


def _resolve(target: str) -> str:
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError(f"'{target}' is no target; write it as host:port")
    try:
        ip = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        ip = ipaddress.ip_address(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
