"""Client of RetrievalScoring."""

from typing import Any, Iterable, Iterator, Mapping, Optional

import numpy as np

from uaagan import evaluation, methods
from uaagan.evaluation import Labelled
from uaagan.proto.retrieval.v1 import retrieval_pb2, retrieval_pb2_grpc
from uaagan.results import Found, GalleryRow, Query, Stored
from uaagan.retry import OnProgress
from uaagan.service import ServiceClient


class ScoringClient(ServiceClient):
    """Galleries, exact search, and ranking protocols over features."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = retrieval_pb2_grpc.RetrievalScoringServiceStub(self._channel)

    def create_gallery(self, name: str, dimension: int, description: str = "") -> retrieval_pb2.Gallery:
        """Makes an empty gallery."""
        request = retrieval_pb2.CreateGalleryRequest(name=name, dimension=dimension, description=description)
        return self._unary(self._stub.CreateGallery, request).gallery

    def delete_gallery(self, name: str) -> None:
        """Deletes a gallery with its items."""
        self._unary(self._stub.DeleteGallery, retrieval_pb2.DeleteGalleryRequest(name=name))

    def upsert(self, gallery: str, rows: Iterable[GalleryRow], progress: Optional[OnProgress] = None) -> Iterator[Stored]:
        """Inserts or replaces rows and yields each once it is on disk. To send a row twice is to send it once."""
        return self._stream(self._stub.StreamUpsert, methods.upsert(gallery), rows, progress, None)

    def search(self, gallery: str, queries: Iterable[Query], k: int, progress: Optional[OnProgress] = None) -> Iterator[Found]:
        """The k best rows for each query: score descending, then id ascending."""
        return self._stream(self._stub.StreamSearch, methods.search(gallery, k), queries, progress, None)

    def leave_one_out(
        self, gallery: Iterable[Labelled], queries: Iterable[Labelled], attacks: Mapping[str, Mapping[str, np.ndarray]],
        bootstrap_samples: int = 1000, seed: int = 1,
    ) -> retrieval_pb2.EvaluateResponse:
        """Class-level leave-one-out: each query against the gallery, its own clean twin (same id) left out.

        attacks: for each attack's name the adversarial features by query id.
        Raises grpc.RpcError; INVALID_ARGUMENT names the item at fault.
        """
        return self._stub.Evaluate(
            evaluation.leave_one_out(gallery, queries, attacks, bootstrap_samples, seed), metadata=self._metadata)
