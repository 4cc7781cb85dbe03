"""Client of FeatureExtraction for asyncio."""

from typing import Any, AsyncIterator, List, Optional, Tuple, Union

import numpy as np

from uaagan import methods
from uaagan.aio.service import ServiceClient
from uaagan.features import stack
from uaagan.images import AsyncImages, Item, async_images
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc
from uaagan.results import Extracted
from uaagan.retry import OnProgress
from uaagan.vectors import to_numpy


class FeatureClient(ServiceClient):
    """Deep features of images; see uaagan.FeatureClient."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = features_pb2_grpc.FeatureExtractionServiceStub(self._channel)

    async def models(self) -> List[features_pb2.Model]:
        """All models of the repository."""
        found: List[features_pb2.Model] = []
        token = ""
        while True:
            page = await self._unary(self._stub.ListModels, features_pb2.ListModelsRequest(page_token=token))
            found.extend(page.models)
            token = page.next_page_token
            if not token:
                return found

    async def one(self, image: Union[bytes, np.ndarray], model: str, version: str = "", timeout: Optional[float] = None) -> np.ndarray:
        """The feature of one image. Raises grpc.RpcError. timeout: seconds, by default the client's."""
        reply = await self._unary(self._stub.Extract, methods.extract_one(Item("", image), model, version), timeout)
        return to_numpy(reply.feature)

    def extract(
        self, source: AsyncImages, model: str, version: str = "", progress: Optional[OnProgress] = None, timeout: Optional[float] = None,
    ) -> AsyncIterator[Extracted]:
        """Streams images and yields their features in the same order, each once."""
        return self._stream(self._stub.StreamExtract, methods.extract(model, version), async_images(source), progress, timeout)

    async def array(
        self, source: AsyncImages, model: str, version: str = "", progress: Optional[OnProgress] = None,
    ) -> Tuple[List[str], np.ndarray]:
        """The ids of all images and their features, float32 [images, dimension]. Raises the ItemError of the first image that fails."""
        results = []
        async for result in self.extract(source, model, version, progress):
            if result.error:
                raise result.error
            results.append(result)
        return stack(results)
