"""What a service says when one item of a stream, or a whole call, fails."""

from typing import Any, Iterable, Optional

import grpc

from uaagan.proto.rpc import error_details_pb2, status_pb2


class ItemError(Exception):
    """One item failed; the others of its stream are unharmed.

    id: the item's id. code: the grpc.StatusCode. message: what is wrong and what would be right.
    reason: the service's constant for it, such as IMAGE_UNREADABLE. retry_after: seconds to wait, when the service said so.
    """

    def __init__(self, id: str, status: status_pb2.Status):
        self.id = id
        self.code: grpc.StatusCode = _CODES[status.code]
        self.message: str = status.message
        self.reason: str = _detail(status, error_details_pb2.ErrorInfo()).reason
        self.retry_after = retry_after(status)
        super().__init__(f"{id}: {self.code.name}: {self.message}")


def retry_after(status: status_pb2.Status) -> Optional[float]:
    """Seconds that the service asks to wait before another attempt; None when it does not."""
    if not any(detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for detail in status.details):
        return None
    delay = _detail(status, error_details_pb2.RetryInfo()).retry_delay
    return delay.seconds + delay.nanos / 1e9


def call_status(error: grpc.RpcError) -> status_pb2.Status:
    """The status that a call ended with, its details included."""
    trailers: Iterable = error.trailing_metadata() or ()
    for key, value in trailers:
        if key == "grpc-status-details-bin":
            return status_pb2.Status.FromString(value)
    return status_pb2.Status(code=error.code().value[0], message=error.details() or "")


def reason(error: grpc.RpcError) -> str:
    """The service's constant for a call that failed, such as MODEL_NOT_FOUND; empty when it gave none."""
    return _detail(call_status(error), error_details_pb2.ErrorInfo()).reason


def _detail(status: status_pb2.Status, detail: Any) -> Any:
    for packed in status.details:
        if packed.Unpack(detail):
            break
    return detail


_CODES = {code.value[0]: code for code in grpc.StatusCode}
