"""Client of FeatureExtraction."""

from typing import Any, Iterator, List, Optional, Tuple, Union

import numpy as np

from uaagan import methods
from uaagan.images import Images, Item, images
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc
from uaagan.results import Extracted
from uaagan.retry import OnProgress
from uaagan.service import ServiceClient
from uaagan.vectors import to_numpy


class FeatureClient(ServiceClient):
    """Deep features of images."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = features_pb2_grpc.FeatureExtractionServiceStub(self._channel)

    def models(self) -> List[features_pb2.Model]:
        """All models of the repository."""
        found: List[features_pb2.Model] = []
        token = ""
        while True:
            page = self._unary(self._stub.ListModels, features_pb2.ListModelsRequest(page_token=token))
            found.extend(page.models)
            token = page.next_page_token
            if not token:
                return found

    def one(self, image: Union[bytes, np.ndarray], model: str, version: str = "", timeout: Optional[float] = None) -> np.ndarray:
        """The feature of one image. Raises grpc.RpcError. timeout: seconds, by default the client's."""
        return to_numpy(self._unary(self._stub.Extract, methods.extract_one(Item("", image), model, version), timeout).feature)

    def extract(
        self, source: Images, model: str, version: str = "", progress: Optional[OnProgress] = None, timeout: Optional[float] = None,
    ) -> Iterator[Extracted]:
        """Streams the images of a folder, or items, and yields their features in the same order, each once.

        Only what the server accepts is in flight. A stream that breaks goes on with another replica. timeout: seconds for each stream.
        Raises grpc.RpcError when the service can't be reached or refuses; an image that fails is an Extracted with an error.
        """
        return self._stream(self._stub.StreamExtract, methods.extract(model, version), images(source), progress, timeout)

    def array(self, source: Images, model: str, version: str = "", progress: Optional[OnProgress] = None) -> Tuple[List[str], np.ndarray]:
        """The ids of all images and their features, float32 [images, dimension]. Raises the ItemError of the first image that fails."""
        return stack(list(_sound(self.extract(source, model, version, progress))))


def stack(results: List[Extracted]) -> Tuple[List[str], np.ndarray]:
    """Ids and one array of the features, row by row."""
    rows = [result.feature for result in results if result.feature is not None]
    return [result.id for result in results], np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _sound(results: Iterator[Extracted]) -> Iterator[Extracted]:
    for result in results:
        if result.error:
            raise result.error
        yield result
