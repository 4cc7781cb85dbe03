"""Client of RetrievalScoring."""

from typing import Iterable, Mapping, Tuple, Union

import grpc
import numpy as np

from uaagan.proto.retrieval.v1 import retrieval_pb2, retrieval_pb2_grpc
from uaagan.service import ServiceClient
from uaagan.vectors import to_message

Labelled = Tuple[str, str, np.ndarray]
"""An id, an identity and a feature."""


class ScoringClient(ServiceClient):
    """Ranking protocols over features."""

    def __init__(self, target: Union[str, grpc.Channel]):
        super().__init__(target)
        self._stub = retrieval_pb2_grpc.RetrievalScoringServiceStub(self._channel)

    def leave_one_out(
        self, gallery: Iterable[Labelled], queries: Iterable[Labelled], attacks: Mapping[str, Mapping[str, np.ndarray]],
        bootstrap_samples: int = 1000, seed: int = 1,
    ) -> retrieval_pb2.EvaluateResponse:
        """Class-level leave-one-out: each query against the gallery, its own clean twin (same id) left out.

        attacks: for each attack's name the adversarial features by query id.
        Raises grpc.RpcError; INVALID_ARGUMENT names the item at fault.
        """
        settings = retrieval_pb2.EvaluateSettings(
            protocol=retrieval_pb2.PROTOCOL_LEAVE_ONE_OUT, attacks=list(attacks), bootstrap_samples=bootstrap_samples, seed=seed)

        def item(role, id, identity, vector, attack=0):
            return retrieval_pb2.EvaluateRequest(item=retrieval_pb2.EvaluationItem(
                id=id, role=role, identity=identity, feature=to_message(vector), attack=attack))

        def requests():
            yield retrieval_pb2.EvaluateRequest(settings=settings)
            for id, identity, vector in gallery:
                yield item(retrieval_pb2.EVALUATION_ROLE_GALLERY, id, identity, vector)
            for id, identity, vector in queries:
                yield item(retrieval_pb2.EVALUATION_ROLE_QUERY, id, identity, vector)
            for index, vectors in enumerate(attacks.values()):
                for id, vector in vectors.items():
                    yield item(retrieval_pb2.EVALUATION_ROLE_ADVERSARIAL_QUERY, id, "", vector, index)

        return self._stub.Evaluate(requests())
