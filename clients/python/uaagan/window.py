"""Which items of a source are under way, over as many streams as it takes to have each answered once."""

import collections
import dataclasses
import threading
from typing import Any, Deque, Generic, Iterator, Optional, Tuple, TypeVar

from uaagan.retry import Progress, Retry, may_pass

I = TypeVar("I")
R = TypeVar("R")


@dataclasses.dataclass
class _Slot(Generic[I, R]):
    item: I
    outcome: Optional[R] = None
    refusals: int = 0


class Window(Generic[I, R]):
    """The items taken from the source and not yet handed to the caller, in the order of the source.

    An outcome has an error, an ItemError or None. A stream of the window begins with what is not answered and goes on with the source.
    Safe for the thread that sends beside the one that receives.
    """

    def __init__(self, retry: Retry):
        self._retry = retry
        self._lock = threading.RLock()
        self._slots: Deque[_Slot[I, R]] = collections.deque()
        self._first = 0
        self._breaks = 0
        self.progress = Progress()
        self.exhausted = False
        self.pausing = False
        """Whether an item was refused for the moment: the stream takes no more items and ends, and another one sends it again."""
        self._asked: Optional[float] = None

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def done(self) -> bool:
        """Whether the source has ended and every item is answered."""
        return self.exhausted and not self._slots

    def add(self, item: I) -> None:
        """Takes an item of the source."""
        with self._lock:
            self._slots.append(_Slot(item))

    def unanswered(self, position: int) -> Optional[Tuple[int, I]]:
        """The first item without an outcome at this position of the source or after it."""
        with self._lock:
            for place in range(max(position, self._first), self._first + len(self._slots)):
                slot = self._slots[place - self._first]
                if slot.outcome is None:
                    return place, slot.item
        return None

    def answer(self, position: int, outcome: Any) -> None:
        """Settles an item, or notes that it has to be sent again."""
        with self._lock:
            slot = self._slots[position - self._first]
        self._breaks = 0
        error = outcome.error
        if error is not None and may_pass(error) and slot.refusals + 1 < self._retry.attempts:
            slot.refusals += 1
            self.pausing = True
            self._asked = max(self._asked or 0, self._retry.pause(slot.refusals, error.retry_after))
            self._count(retried=1)
        else:
            slot.outcome = outcome

    def ready(self) -> Iterator[R]:
        """The outcomes that are next in the order of the source; each leaves the window."""
        while self._slots and self._slots[0].outcome is not None:
            with self._lock:
                outcome: Any = self._slots.popleft().outcome
                self._first += 1
            self._count(answered=1, failed=int(outcome.error is not None))
            yield outcome

    def pause(self, asked: Optional[float] = None) -> Optional[float]:
        """After a stream: seconds to wait before the next one; None when it broke once too often without an answer."""
        if self.pausing:
            wait, self.pausing, self._asked = self._asked, False, None
            return wait
        self._count(reconnected=1)
        self._breaks += 1
        return self._retry.pause(self._breaks, asked) if self._breaks < self._retry.attempts else None

    def _count(self, **more: int) -> None:
        self.progress = dataclasses.replace(self.progress, **{name: getattr(self.progress, name) + n for name, n in more.items()})
