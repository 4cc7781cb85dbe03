"""A FeatureExtraction that misbehaves as it is told, in this process."""

import threading
from concurrent import futures

import grpc
import numpy as np
from google.protobuf import any_pb2, duration_pb2

from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc
from uaagan.proto.rpc import error_details_pb2, status_pb2
from uaagan.vectors import to_message


class FakeFeatures(features_pb2_grpc.FeatureExtractionServiceServicer):
    """Answers each image with its bytes as a feature.

    breaks: for each stream, after how many answers it ends with UNAVAILABLE; later streams end well.
    refusals: for each id, the statuses of its first answers.
    """

    def __init__(self, max_in_flight=4, breaks=(), refusals=None):
        self.max_in_flight = max_in_flight
        self.breaks = list(breaks)
        self.refusals = {id: list(statuses) for id, statuses in (refusals or {}).items()}
        self.streams = []
        """The ids that came on each stream."""
        self.metadata = []
        self.cancelled = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(8))
        features_pb2_grpc.add_FeatureExtractionServiceServicer_to_server(self, self._server)
        self.target = f"localhost:{self._server.add_insecure_port('localhost:0')}"

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(0).wait(10)

    def StreamExtract(self, requests, context):
        context.add_callback(self.cancelled.set)
        self.metadata.append(dict(context.invocation_metadata()))
        ids = []
        self.streams.append(ids)
        after = self.breaks.pop(0) if self.breaks else None
        assert next(requests).settings.model.name == "m"
        limits = common_pb2.StreamLimits(max_in_flight=self.max_in_flight, max_message_bytes=4 << 20)
        if after == 0:
            context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")
        yield features_pb2.StreamExtractResponse(accepted=features_pb2.StreamExtractAccepted(limits=limits))
        for index, request in enumerate(requests):
            assert request.item.id not in ids, "an id came twice on one stream"
            ids.append(request.item.id)
            yield features_pb2.StreamExtractResponse(result=self._answer(request.item, index))
            if len(ids) == after:
                context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")

    def _answer(self, item, index):
        if self.refusals.get(item.id):
            return features_pb2.ExtractResult(id=item.id, index=index, error=self.refusals[item.id].pop(0))
        return features_pb2.ExtractResult(id=item.id, index=index, feature=to_message(np.frombuffer(item.image.encoded, np.uint8)))


def status(code, message, reason, retry_seconds=None):
    """A status with its details."""
    details = [error_details_pb2.ErrorInfo(reason=reason, domain="uaagan.grpc")]
    if retry_seconds is not None:
        nanos = int(retry_seconds * 1e9)
        details.append(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(nanos=nanos)))
    packed = [any_pb2.Any() for _ in details]
    for any_, detail in zip(packed, details):
        any_.Pack(detail)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)
