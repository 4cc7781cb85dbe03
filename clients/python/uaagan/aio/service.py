"""What the three asynchronous clients share: a channel and the rules of calls."""

from typing import Any, AsyncIterable, AsyncIterator, Callable, Iterable, Optional, TypeVar, Union

import grpc

from uaagan.access import Access
from uaagan.aio import streams
from uaagan.channels import Metadata, Target, open_async_channel
from uaagan.methods import StreamMethod
from uaagan.retry import OnProgress, Retry

I = TypeVar("I")
R = TypeVar("R")
C = TypeVar("C", bound="ServiceClient")


class ServiceClient:
    """Holds a channel, of the event loop that runs. The parameters are those of the blocking clients."""

    def __init__(
        self, target: Union[Target, grpc.aio.Channel], access: Access = Access(), metadata: Metadata = (),
        retry: Retry = Retry(), timeout: float = 120,
    ):
        self._channel = target if isinstance(target, grpc.aio.Channel) else open_async_channel(target, access)
        self._metadata = (*access.metadata(), *metadata)
        self._retry = retry
        self._timeout = timeout

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    async def __aenter__(self: C) -> C:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    async def _unary(self, method: Callable, request: Any, timeout: Optional[float] = None) -> Any:
        return await method(request, timeout=self._timeout if timeout is None else timeout, metadata=self._metadata)

    def _stream(
        self, stub: Callable, method: StreamMethod[I, R], items: Union[Iterable[I], AsyncIterable[I]], progress: Optional[OnProgress],
        timeout: Optional[float],
    ) -> AsyncIterator[R]:
        return streams.run(lambda: stub(timeout=timeout, metadata=self._metadata), method, items, self._retry, progress)
