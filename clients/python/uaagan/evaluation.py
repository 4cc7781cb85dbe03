"""What Evaluate is asked."""

from typing import Iterable, Iterator, Mapping, Tuple

import numpy as np

from uaagan.proto.retrieval.v1 import retrieval_pb2
from uaagan.vectors import to_message

Labelled = Tuple[str, str, np.ndarray]
"""An id, an identity and a feature."""


def leave_one_out(
    gallery: Iterable[Labelled], queries: Iterable[Labelled], attacks: Mapping[str, Mapping[str, np.ndarray]], bootstrap_samples: int, seed: int,
) -> Iterator[retrieval_pb2.EvaluateRequest]:
    """The requests of a class-level leave-one-out."""
    def item(role: int, id: str, identity: str, vector: np.ndarray, attack: int = 0) -> retrieval_pb2.EvaluateRequest:
        return retrieval_pb2.EvaluateRequest(item=retrieval_pb2.EvaluationItem(
            id=id, role=role, identity=identity, feature=to_message(vector), attack=attack))

    yield retrieval_pb2.EvaluateRequest(settings=retrieval_pb2.EvaluateSettings(
        protocol=retrieval_pb2.PROTOCOL_LEAVE_ONE_OUT, attacks=list(attacks), bootstrap_samples=bootstrap_samples, seed=seed))
    for id, identity, vector in gallery:
        yield item(retrieval_pb2.EVALUATION_ROLE_GALLERY, id, identity, vector)
    for id, identity, vector in queries:
        yield item(retrieval_pb2.EVALUATION_ROLE_QUERY, id, identity, vector)
    for index, vectors in enumerate(attacks.values()):
        for id, vector in vectors.items():
            yield item(retrieval_pb2.EVALUATION_ROLE_ADVERSARIAL_QUERY, id, "", vector, index)
