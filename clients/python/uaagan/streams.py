"""One bidirectional stream after another, until every item is answered: the blocking form."""

import collections
import threading
import time
from typing import Any, Callable, Deque, Iterable, Iterator, Optional, TypeVar

import grpc

from uaagan.errors import call_status, retry_after
from uaagan.methods import BrokenStream, StreamMethod
from uaagan.retry import OnProgress, Retry
from uaagan.window import Window

I = TypeVar("I")
R = TypeVar("R")


def run(start: Callable, method: StreamMethod[I, R], items: Iterable[I], retry: Retry, progress: Optional[OnProgress]) -> Iterator[R]:
    """Yields the outcome of every item, in the order of the items, each once. Raises what the source raises, and grpc.RpcError."""
    window: Window[I, R] = Window(retry)
    source = _Source(items, window)
    reached = False
    while not window.done:
        stream = _Stream(start, method, source, window)
        failure: Exception = BrokenStream("the service ended the stream before it had answered every item")
        asked = None
        try:
            for outcome in stream.outcomes():
                if progress:
                    progress(window.progress)
                yield outcome
        except grpc.RpcError as error:
            source.check()
            status = call_status(error)
            reached = reached or stream.accepted or bool(status.details)
            # A service that was never there is told at once: its address may be wrong.
            if error.code() is not grpc.StatusCode.UNAVAILABLE or not reached:
                raise
            failure, asked = error, retry_after(status)
        finally:
            stream.close()
        source.check()
        if window.done:
            return
        wait = window.pause(asked)
        if wait is None:
            raise failure
        time.sleep(wait)


class _Source:
    """The caller's items, read by one stream at a time."""

    def __init__(self, items: Iterable, window: Window):
        self._items = iter(items)
        self._window = window
        self._reading = threading.Lock()
        self._failure: Optional[BaseException] = None

    def take(self, wanted: Callable[[], bool]) -> bool:
        """Adds the next item to the window, where any stream finds it; False at the end, and when it fails."""
        with self._reading:
            # Another stream may have taken over while this one waited.
            if not wanted() or self._window.exhausted:
                return False
            try:
                self._window.add(next(self._items))
                return True
            except StopIteration:
                self._window.exhausted = True
            except BaseException as failure:
                self.fail(failure)
            return False

    def fail(self, failure: BaseException) -> None:
        """Keeps what went wrong on the thread that sends, for the one that iterates."""
        self._failure = failure

    def check(self) -> None:
        """Raises it there."""
        if self._failure is not None:
            raise self._failure


class _Stream:
    """One call. grpc iterates over its requests on a thread of its own, hence the condition."""

    def __init__(self, start: Callable, method: StreamMethod, source: _Source, window: Window):
        self._method = method
        self._source = source
        self._window = window
        self._changed = threading.Condition()
        self._limits: Any = None
        self._closed = False
        self._sent: Deque[int] = collections.deque()
        self._call = start(self._requests())

    def outcomes(self) -> Iterator:
        """The outcomes that are next in the source's order, as replies come."""
        for reply in self._call:
            if reply.WhichOneof("message") == "accepted":
                self._limits = reply.accepted.limits
            elif not self._sent:
                raise BrokenStream("the service answered an item that was not sent")
            else:
                self._window.answer(self._sent.popleft(), self._method.outcome(reply.result))
                for outcome in self._window.ready():
                    self._wake()
                    yield outcome
            self._wake()

    @property
    def accepted(self) -> bool:
        """Whether the service has announced its limits."""
        return self._limits is not None

    def close(self) -> None:
        """Ends the call and lets go of the thread that sends."""
        self._closed = True
        self._wake()
        self._call.cancel()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _requests(self) -> Iterator:
        yield self._method.settings
        position = 0
        while self._wait_for_room(position):
            found = self._window.unanswered(position)
            if found is None:
                if self._source.take(lambda: not self._closed):
                    continue
                if not self._window.exhausted:
                    self._call.cancel()
                return
            position = found[0] + 1
            try:
                requests = list(self._method.requests(found[1], self._limits))
            except Exception as failure:
                self._source.fail(failure)
                self._call.cancel()
                return
            # Before the message leaves: its answer may be there before this thread runs again.
            self._sent.append(found[0])
            yield from requests

    def _wait_for_room(self, position: int) -> bool:
        """False when nothing more is to be sent on this stream."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._window.pausing or self._has_room(position))
        return not self._closed and not self._window.pausing

    def _has_room(self, position: int) -> bool:
        if self._limits is None or len(self._sent) >= self._limits.max_in_flight:
            return False
        return len(self._window) < self._limits.max_in_flight or self._window.unanswered(position) is not None
