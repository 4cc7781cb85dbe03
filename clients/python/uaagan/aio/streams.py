"""One bidirectional stream after another, until every item is answered: the form for asyncio."""

import asyncio
import collections
from typing import Any, AsyncIterable, AsyncIterator, Callable, Deque, Iterable, Optional, TypeVar, Union

import grpc

from uaagan.errors import call_status, retry_after
from uaagan.methods import BrokenStream, StreamMethod
from uaagan.retry import OnProgress, Retry
from uaagan.window import Window

I = TypeVar("I")
R = TypeVar("R")


async def run(
    start: Callable, method: StreamMethod[I, R], items: Union[Iterable[I], AsyncIterable[I]], retry: Retry, progress: Optional[OnProgress],
) -> AsyncIterator[R]:
    """Yields the outcome of every item, in the order of the items, each once. Raises what the source raises, and grpc.RpcError."""
    window: Window[I, R] = Window(retry)
    source = _Source(items, window)
    reached = False
    try:
        while not window.done:
            stream = _Stream(start(), method, source, window)
            failure: Exception = BrokenStream("the service ended the stream before it had answered every item")
            asked = None
            try:
                async for outcome in stream.outcomes():
                    if progress:
                        progress(window.progress)
                    yield outcome
            except grpc.RpcError as error:
                stream.check()
                status = call_status(error)
                reached = reached or stream.accepted or bool(status.details)
                # A service that was never there is told at once: its address may be wrong.
                if error.code() is not grpc.StatusCode.UNAVAILABLE or not reached:
                    raise
                failure, asked = error, retry_after(status)
            except asyncio.CancelledError:
                # grpc.aio raises it for a call that its own writer gave up, too.
                stream.check()
                raise
            finally:
                await stream.close()
            stream.check()
            if window.done:
                return
            wait = window.pause(asked)
            if wait is None:
                raise failure
            await asyncio.sleep(wait)
    finally:
        source.close()


class _Source:
    """The caller's items, taken one at a time by whichever stream is open."""

    def __init__(self, items: Union[Iterable, AsyncIterable], window: Window):
        self._items = items.__aiter__() if hasattr(items, "__aiter__") else _each(items)
        self._window = window
        self._taking: Optional[asyncio.Future] = None

    async def take(self) -> bool:
        """Adds the next item to the window; False at the end. A stream that is cut off here leaves the item to the next one."""
        if self._taking is None:
            self._taking = asyncio.ensure_future(self._items.__anext__())
        try:
            item = await asyncio.shield(self._taking)
        except StopAsyncIteration:
            self._window.exhausted = True
            return False
        self._taking = None
        self._window.add(item)
        return True

    def close(self) -> None:
        """Lets go of the source."""
        if self._taking is not None:
            self._taking.cancel()


class _Stream:
    """One call, and the task that writes to it."""

    def __init__(self, call: Any, method: StreamMethod, source: _Source, window: Window):
        self._call = call
        self._method = method
        self._source = source
        self._window = window
        self._limits: Any = None
        self._sent: Deque[int] = collections.deque()
        self._changed = asyncio.Condition()
        self._failure: Optional[BaseException] = None
        self._writing = asyncio.ensure_future(self._write())

    async def outcomes(self) -> AsyncIterator:
        """The outcomes that are next in the source's order, as replies come."""
        while True:
            reply = await self._call.read()
            if reply is grpc.aio.EOF:
                # Raises the status of a stream that failed.
                if await self._call.code() is not grpc.StatusCode.OK:
                    raise await _failure(self._call)
                return
            if reply.WhichOneof("message") == "accepted":
                self._limits = reply.accepted.limits
            elif not self._sent:
                raise BrokenStream("the service answered an item that was not sent")
            else:
                self._window.answer(self._sent.popleft(), self._method.outcome(reply.result))
                for outcome in self._window.ready():
                    await self._wake()
                    yield outcome
            await self._wake()

    @property
    def accepted(self) -> bool:
        """Whether the service has announced its limits."""
        return self._limits is not None

    def check(self) -> None:
        """Raises what went wrong on the side that sends."""
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """Ends the call and the task."""
        self._call.cancel()
        self._writing.cancel()
        await asyncio.wait([self._writing])

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _write(self) -> None:
        try:
            await self._call.write(self._method.settings)
            position = 0
            while await self._wait_for_room(position):
                found = self._window.unanswered(position)
                if found is None:
                    if await self._source.take():
                        continue
                    break
                position = found[0] + 1
                requests = list(self._method.requests(found[1], self._limits))
                self._sent.append(found[0])
                for request in requests:
                    await self._call.write(request)
            await self._call.done_writing()
        except (grpc.RpcError, asyncio.InvalidStateError):
            pass  # The call has ended: the reader finds its status.
        except Exception as failure:
            self._failure = failure
            self._call.cancel()

    async def _wait_for_room(self, position: int) -> bool:
        """False when nothing more is to be sent on this stream."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._window.pausing or self._has_room(position))
        return not self._window.pausing

    def _has_room(self, position: int) -> bool:
        if self._limits is None or len(self._sent) >= self._limits.max_in_flight:
            return False
        return len(self._window) < self._limits.max_in_flight or self._window.unanswered(position) is not None


async def _failure(call: Any) -> grpc.RpcError:
    return grpc.aio.AioRpcError(
        await call.code(), await call.initial_metadata(), await call.trailing_metadata(), await call.details())


async def _each(items: Iterable[I]) -> AsyncIterator[I]:
    for item in items:
        yield item
