"""What the three blocking clients share: a channel and the rules of calls."""

from typing import Any, Callable, Iterable, Iterator, Optional, TypeVar, Union

import grpc

from uaagan import streams
from uaagan.access import Access
from uaagan.channels import Metadata, Target, open_channel
from uaagan.methods import StreamMethod
from uaagan.retry import OnProgress, Retry

I = TypeVar("I")
R = TypeVar("R")
C = TypeVar("C", bound="ServiceClient")


class ServiceClient:
    """Holds a channel; safe for threads.

    target: host:port, a list of replicas, or a grpc.Channel. access: TLS, key and token. metadata: sent with every call besides.
    retry: when items are sent again. timeout: seconds that a call with one answer may take.
    """

    def __init__(
        self, target: Union[Target, grpc.Channel], access: Access = Access(), metadata: Metadata = (),
        retry: Retry = Retry(), timeout: float = 120,
    ):
        self._channel = target if isinstance(target, grpc.Channel) else open_channel(target, access)
        self._metadata = (*access.metadata(), *metadata)
        self._retry = retry
        self._timeout = timeout

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _unary(self, method: Callable, request: Any, timeout: Optional[float] = None) -> Any:
        return method(request, timeout=self._timeout if timeout is None else timeout, metadata=self._metadata)

    def _stream(
        self, stub: Callable, method: StreamMethod[I, R], items: Iterable[I], progress: Optional[OnProgress], timeout: Optional[float],
    ) -> Iterator[R]:
        return streams.run(lambda requests: stub(requests, timeout=timeout, metadata=self._metadata), method, items, self._retry, progress)
