"""Client of RetrievalScoring for asyncio."""

from typing import Any, AsyncIterable, AsyncIterator, Iterable, Mapping, Optional, Union

import numpy as np

from uaagan import evaluation, methods
from uaagan.aio.service import ServiceClient
from uaagan.evaluation import Labelled
from uaagan.proto.retrieval.v1 import retrieval_pb2, retrieval_pb2_grpc
from uaagan.results import Found, GalleryRow, Query, Stored
from uaagan.retry import OnProgress


class ScoringClient(ServiceClient):
    """Galleries, exact search, and ranking protocols over features; see uaagan.ScoringClient."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = retrieval_pb2_grpc.RetrievalScoringServiceStub(self._channel)

    async def create_gallery(self, name: str, dimension: int, description: str = "") -> retrieval_pb2.Gallery:
        """Makes an empty gallery."""
        request = retrieval_pb2.CreateGalleryRequest(name=name, dimension=dimension, description=description)
        return (await self._unary(self._stub.CreateGallery, request)).gallery

    async def delete_gallery(self, name: str) -> None:
        """Deletes a gallery with its items."""
        await self._unary(self._stub.DeleteGallery, retrieval_pb2.DeleteGalleryRequest(name=name))

    def upsert(
        self, gallery: str, rows: Union[Iterable[GalleryRow], AsyncIterable[GalleryRow]], progress: Optional[OnProgress] = None,
    ) -> AsyncIterator[Stored]:
        """Inserts or replaces rows and yields each once it is on disk."""
        return self._stream(self._stub.StreamUpsert, methods.upsert(gallery), rows, progress, None)

    def search(
        self, gallery: str, queries: Union[Iterable[Query], AsyncIterable[Query]], k: int, progress: Optional[OnProgress] = None,
    ) -> AsyncIterator[Found]:
        """The k best rows for each query: score descending, then id ascending."""
        return self._stream(self._stub.StreamSearch, methods.search(gallery, k), queries, progress, None)

    async def leave_one_out(
        self, gallery: Iterable[Labelled], queries: Iterable[Labelled], attacks: Mapping[str, Mapping[str, np.ndarray]],
        bootstrap_samples: int = 1000, seed: int = 1,
    ) -> retrieval_pb2.EvaluateResponse:
        """Class-level leave-one-out: each query against the gallery, its own clean twin (same id) left out."""
        return await self._stub.Evaluate(
            evaluation.leave_one_out(gallery, queries, attacks, bootstrap_samples, seed), metadata=self._metadata)
