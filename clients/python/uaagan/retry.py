"""When an item is sent again, and what a caller hears of it."""

import dataclasses
import random
from typing import Callable, Optional

import grpc

from uaagan.errors import ItemError


@dataclasses.dataclass(frozen=True)
class Retry:
    """Items that a service could not take are sent again: an answer is a function of the item, so that this changes nothing.

    attempts: how often in a row a stream may break before an item is answered, and how often one item may be refused, from 1; 1 never retries.
    delay: seconds before the second attempt, doubled for each further one, with jitter. max_delay: its bound, and that of a
    delay that a service asks for.
    """

    attempts: int = 8
    delay: float = 0.2
    max_delay: float = 5.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts is {self.attempts}; it must be at least 1")
        if not 0 <= self.delay <= self.max_delay:
            raise ValueError(f"delay is {self.delay} s; it must be 0 to max_delay, {self.max_delay} s")

    def pause(self, failures: int, asked: Optional[float] = None) -> float:
        """Seconds to wait after so many failures in a row, from 1; asked is what the service said."""
        wait = asked if asked is not None else self.delay * 2 ** (failures - 1) * random.uniform(0.5, 1)
        return min(wait, self.max_delay)


def may_pass(error: ItemError) -> bool:
    """Whether the same item may be answered a moment later, or by another replica."""
    return error.code is grpc.StatusCode.UNAVAILABLE or (
        error.code is grpc.StatusCode.RESOURCE_EXHAUSTED and error.retry_after is not None)


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a stream of items has come. answered: items, failed ones included. failed: answered with an error.
    retried: refusals for the moment, after which the item was sent again. reconnected: streams that broke and were opened anew."""

    answered: int = 0
    failed: int = 0
    retried: int = 0
    reconnected: int = 0


OnProgress = Callable[[Progress], None]
