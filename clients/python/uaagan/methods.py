"""The suite's bidirectional methods: settings first, the announced limits first, then one outcome an item."""

import dataclasses
from typing import Any, Callable, Generic, Iterable, List, Mapping, Optional, TypeVar

import numpy as np

from uaagan.errors import ItemError
from uaagan.images import Item, messages, pixels
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.features.v1 import features_pb2
from uaagan.proto.perturbation.v1 import perturbation_pb2
from uaagan.proto.retrieval.v1 import retrieval_pb2
from uaagan.results import Extracted, Found, GalleryRow, Perturbed, Query, Stored
from uaagan.vectors import to_message, to_numpy

I = TypeVar("I")
R = TypeVar("R")

# Calls announce no limits: gRPC's default for one message, which every service takes.
UNARY_BYTES = 4 << 20


class BrokenStream(Exception):
    """The service broke the stream's rules: a fault of its own, or another version of it."""


@dataclasses.dataclass(frozen=True)
class StreamMethod(Generic[I, R]):
    """How one method spells the common rules."""

    settings: Any
    requests: Callable[[I, common_pb2.StreamLimits], Iterable[Any]]
    outcome: Callable[[Any], R]


def _images(request: Callable) -> Callable[[Item, common_pb2.StreamLimits], List[Any]]:
    return lambda item, limits: [request(item=message) for message in messages(item, limits.max_message_bytes)]


def _error(result: Any) -> Optional[ItemError]:
    return ItemError(result.id, result.error) if result.HasField("error") else None


def extract(model: str, version: str) -> StreamMethod[Item, Extracted]:
    """Images to features."""
    def outcome(result: Any) -> Extracted:
        error = _error(result)
        return Extracted(result.id, None if error else to_numpy(result.feature), error)

    settings = features_pb2.StreamExtractSettings(model=common_pb2.ModelReference(name=model, version=version))
    return StreamMethod(features_pb2.StreamExtractRequest(settings=settings), _images(features_pb2.StreamExtractRequest), outcome)


def extract_one(image: Item, model: str, version: str) -> features_pb2.ExtractRequest:
    """One image to its feature."""
    whole = next(iter(messages(image, UNARY_BYTES)))
    if not whole.HasField("image"):
        raise ValueError(f"{len(image.image)} bytes do not fit one message; stream a large image with extract")
    return features_pb2.ExtractRequest(model=common_pb2.ModelReference(name=model, version=version), image=whole.image)


def perturb(
    model: str, method: str, epsilon: str, generator: str, options: Optional[Mapping[str, str]], seed: int, rescale: bool, output: str,
) -> StreamMethod[Item, Perturbed]:
    """Images to adversarial images."""
    formats = {"png": perturbation_pb2.OUTPUT_FORMAT_PNG, "array": perturbation_pb2.OUTPUT_FORMAT_RAW}
    if output not in formats:
        raise ValueError(f"output is {output!r}; it must be 'png' or 'array'")
    attack = perturbation_pb2.PerturbSettings(
        model=common_pb2.ModelReference(name=model), method=method, generator=generator, epsilon=epsilon, options=options or {},
        seed=seed, rescale=rescale, output_format=formats[output])

    def outcome(result: Any) -> Perturbed:
        error = _error(result)
        if error:
            return Perturbed(result.id, None, None, error)
        image = result.adversarial.image
        return Perturbed(result.id, image.encoded if output == "png" else pixels(image.raw), result.adversarial.quality, None)

    settings = perturbation_pb2.StreamPerturbSettings(attack=attack)
    return StreamMethod(perturbation_pb2.StreamPerturbRequest(settings=settings), _images(perturbation_pb2.StreamPerturbRequest), outcome)


def upsert(gallery: str) -> StreamMethod[GalleryRow, Stored]:
    """Features into a gallery."""
    def requests(row: GalleryRow, _: common_pb2.StreamLimits) -> Iterable[Any]:
        item = retrieval_pb2.GalleryItem(id=row.id, feature=to_message(row.feature), identity=row.identity, camera=row.camera)
        return [retrieval_pb2.StreamUpsertRequest(item=item)]

    settings = retrieval_pb2.StreamUpsertSettings(gallery=gallery)
    return StreamMethod(
        retrieval_pb2.StreamUpsertRequest(settings=settings), requests, lambda result: Stored(result.id, _error(result)))


def search(gallery: str, k: int) -> StreamMethod[Query, Found]:
    """Features to their best matches."""
    def requests(query: Query, _: common_pb2.StreamLimits) -> Iterable[Any]:
        return [retrieval_pb2.StreamSearchRequest(query=retrieval_pb2.SearchQuery(id=query.id, feature=to_message(query.feature)))]

    def outcome(result: Any) -> Found:
        hits = result.ranking.hits
        return Found(result.id, [hit.id for hit in hits], np.array([hit.score for hit in hits], np.float32), _error(result))

    settings = retrieval_pb2.StreamSearchSettings(gallery=gallery, k=k)
    return StreamMethod(retrieval_pb2.StreamSearchRequest(settings=settings), requests, outcome)
