"""Client of FeatureExtraction."""

import dataclasses
from typing import Iterable, Iterator, List, Optional, Union

import grpc
import numpy as np

from uaagan.errors import ItemError
from uaagan.images import Item
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc
from uaagan.service import ServiceClient, image_requests, results
from uaagan.vectors import to_numpy


@dataclasses.dataclass(frozen=True)
class Extracted:
    """The feature of one image: float32, or the error that stands in its place."""

    id: str
    feature: Optional[np.ndarray]
    error: Optional[ItemError]


class FeatureClient(ServiceClient):
    """Deep features of images."""

    def __init__(self, target: Union[str, grpc.Channel]):
        super().__init__(target)
        self._stub = features_pb2_grpc.FeatureExtractionServiceStub(self._channel)

    def models(self) -> List[features_pb2.Model]:
        """All models of the repository."""
        found, token = [], ""
        while True:
            page = self._stub.ListModels(features_pb2.ListModelsRequest(page_token=token))
            found.extend(page.models)
            token = page.next_page_token
            if not token:
                return found

    def extract(self, items: Iterable[Item], model: str, version: str = "") -> Iterator[Extracted]:
        """Streams images and yields their features in the same order. Only what the server accepts is in flight.

        Raises grpc.RpcError when the stream itself fails; an image that fails is an Extracted with an error.
        """
        settings = features_pb2.StreamExtractSettings(model=common_pb2.ModelReference(name=model, version=version))
        requests = image_requests(features_pb2.StreamExtractRequest, settings, items)
        for result in results(self._stub.StreamExtract(requests)):
            if result.WhichOneof("outcome") == "feature":
                yield Extracted(result.id, to_numpy(result.feature), None)
            else:
                yield Extracted(result.id, None, ItemError(result.id, result.error))
