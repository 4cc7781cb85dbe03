"""What the three clients share: a channel, and streams of images."""

from typing import Callable, Iterable, Iterator, Union

import grpc

from uaagan.images import Item, messages


class ServiceClient:
    """Holds a channel. target: host:port, or a grpc.Channel for TLS and the like."""

    def __init__(self, target: Union[str, grpc.Channel]):
        self._channel = grpc.insecure_channel(target) if isinstance(target, str) else target

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


def image_requests(request: Callable, settings, items: Iterable[Item]) -> Iterator:
    """The requests of a stream of images: the settings, then each image in one message or more."""
    yield request(settings=settings)
    for item in items:
        for message in messages(item):
            yield request(item=message)


def results(replies: Iterable) -> Iterator:
    """The results among the replies of a stream, whose first says what the server accepts."""
    return (reply.result for reply in replies if reply.WhichOneof("message") == "result")
